using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>Why a request was refused. The name, in snake case, is the metric's label.</summary>
public enum TurnRefusal : byte
{
    None,

    /// <summary>300: draining, and another server is configured.</summary>
    TryAlternate,

    /// <summary>400.</summary>
    BadRequest,

    /// <summary>401: no credentials, unknown ones or a wrong password.</summary>
    Unauthorized,

    /// <summary>403: the policy denies the peer.</summary>
    Forbidden,

    /// <summary>405: mobility is off, or the ticket is not good.</summary>
    MobilityForbidden,

    /// <summary>420.</summary>
    UnknownAttribute,

    /// <summary>437: an allocation where none may be, or none where one must be.</summary>
    AllocationMismatch,

    /// <summary>438.</summary>
    StaleNonce,

    /// <summary>440.</summary>
    AddressFamilyNotSupported,

    /// <summary>441: good credentials, but not those of the allocation.</summary>
    WrongCredentials,

    /// <summary>442.</summary>
    UnsupportedTransport,

    /// <summary>443.</summary>
    PeerAddressFamilyMismatch,

    /// <summary>446: the client has a TCP connection to this peer already.</summary>
    ConnectionAlreadyExists,

    /// <summary>447: the peer could not be connected to, or not in time.</summary>
    ConnectionFailed,

    /// <summary>486: the user has as many allocations as one may have.</summary>
    UserQuota,

    /// <summary>486: the source address has.</summary>
    SourceQuota,

    /// <summary>508: no allocation, port, reservation, permission, channel or TCP connection left.</summary>
    InsufficientCapacity,

    /// <summary>508: on the relay port that the allocation shares, another one has this peer.</summary>
    PeerInUse,

    /// <summary>508: clients of the source's prefix have begun as many TCP connections as they may for now.</summary>
    ConnectRate,

    /// <summary>508: draining, and no other server is configured.</summary>
    Draining,

    /// <summary>No answer: the source's prefix has had its share.</summary>
    AnswerBudget,

    /// <summary>No answer: it would be too long for such a short question.</summary>
    AnswerTooLong,
}

/// <summary>The error codes that refusals are told by.</summary>
public static class TurnRefusals
{
    /// <summary>ERROR-CODE (RFC 8489 section 14.8, RFC 8656 section 19); 0 for what is not told.</summary>
    public static int CodeOf(TurnRefusal refusal) => refusal switch
    {
        TurnRefusal.TryAlternate => StunErrorCode.TryAlternate,
        TurnRefusal.BadRequest => StunErrorCode.BadRequest,
        TurnRefusal.Unauthorized => StunErrorCode.Unauthenticated,
        TurnRefusal.Forbidden => StunErrorCode.Forbidden,
        TurnRefusal.MobilityForbidden => StunErrorCode.MobilityForbidden,
        TurnRefusal.UnknownAttribute => StunErrorCode.UnknownAttribute,
        TurnRefusal.AllocationMismatch => StunErrorCode.AllocationMismatch,
        TurnRefusal.StaleNonce => StunErrorCode.StaleNonce,
        TurnRefusal.AddressFamilyNotSupported => StunErrorCode.AddressFamilyNotSupported,
        TurnRefusal.WrongCredentials => StunErrorCode.WrongCredentials,
        TurnRefusal.UnsupportedTransport => StunErrorCode.UnsupportedTransportProtocol,
        TurnRefusal.PeerAddressFamilyMismatch => StunErrorCode.PeerAddressFamilyMismatch,
        TurnRefusal.ConnectionAlreadyExists => StunErrorCode.ConnectionAlreadyExists,
        TurnRefusal.ConnectionFailed => StunErrorCode.ConnectionTimeoutOrFailure,
        TurnRefusal.UserQuota or TurnRefusal.SourceQuota => StunErrorCode.AllocationQuotaReached,
        TurnRefusal.InsufficientCapacity or TurnRefusal.PeerInUse or TurnRefusal.ConnectRate or TurnRefusal.Draining =>
            StunErrorCode.InsufficientCapacity,
        _ => 0,
    };
}

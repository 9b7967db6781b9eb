using Relay.Core.Diagnostics;

namespace Relay.Core.Pairing;

/// <summary>What the host has to do: mostly, tell a session something.</summary>
public enum PairingEffectKind : byte
{
    /// <summary>First message of a socket: state, mode, pair reference; Flag says whether the session is resumed.</summary>
    Welcome,

    /// <summary>The session's leg is connected.</summary>
    MediaConnected,

    /// <summary>The session's leg ended; Reason says why.</summary>
    MediaClosed,

    /// <summary>The session should POST a fresh offer, so that its leg moves to another worker.</summary>
    MediaRenew,

    /// <summary>The session waits in the queue of Mode.</summary>
    Queued,

    /// <summary>The session talks to a partner in Mode; Text is the pair reference.</summary>
    Paired,

    /// <summary>The session wants nothing any more.</summary>
    Idle,

    /// <summary>The partner wrote Text.</summary>
    Chat,

    /// <summary>The partner types (Flag), or stopped.</summary>
    Typing,

    /// <summary>The partner is gone, whatever the cause.</summary>
    PartnerGone,

    /// <summary>Forward media between the legs of Session and Other; with video if Mode is video.</summary>
    PairLegs,

    /// <summary>Stop forwarding to and from the session's leg.</summary>
    UnpairLeg,

    /// <summary>Close the session's leg.</summary>
    CloseLeg,

    /// <summary>Forget the session; close its socket if it has one.</summary>
    SessionClosed,
}

/// <summary>One thing for the host to do. Which fields mean something depends on the kind.</summary>
public readonly record struct PairingEffect(
    PairingEffectKind Kind,
    SessionKey Session,
    SessionKey Other = default,
    PairingMode Mode = PairingMode.Text,
    SessionState State = SessionState.New,
    CloseReason Reason = CloseReason.None,
    bool Flag = false,
    string? Text = null);

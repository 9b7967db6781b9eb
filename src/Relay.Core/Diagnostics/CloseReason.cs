namespace Relay.Core.Diagnostics;

/// <summary>Why a transport ended. <see cref="None"/> means that it has not.</summary>
public enum CloseReason : byte
{
    None = 0,

    /// <summary>The control plane asked for it.</summary>
    Requested,

    /// <summary>ICE and DTLS were not done within the connect timeout.</summary>
    ConnectTimeout,

    /// <summary>No consent for 30 s (RFC 7675 section 5.1).</summary>
    ConsentExpired,

    /// <summary>The DTLS handshake failed or ran out of retransmissions.</summary>
    DtlsFailed,

    /// <summary>The peer's certificate is not the one that its offer named (RFC 8122).</summary>
    FingerprintMismatch,

    /// <summary>The peer sent a DTLS close_notify.</summary>
    PeerClosed,

    /// <summary>The relay is draining.</summary>
    Draining,

    /// <summary>A plain leg's peer sent nothing for the time that was given with it.</summary>
    IdleTimeout,

    /// <summary>A plain leg's address, or an SSRC to learn it by, belongs to another leg.</summary>
    AddressInUse,
}

namespace Relay.Core.Diagnostics;

/// <summary>
/// Why one packet went no further. <see cref="None"/> means that it did. Every parser returns one; the engine counts them
/// so that received = forwarded + consumed + dropped always holds. The name, in snake case, is the metric's label.
/// </summary>
public enum DropReason : byte
{
    None = 0,

    // Demultiplexing (RFC 7983) and the flow table.
    Empty,
    UnknownProtocol,
    UnknownFlow,
    AddressNotValidated,
    AddressInUse,
    ImpossibleAddress,
    WrongState,
    TableFull,

    // STUN (RFC 8489) and ICE (RFC 8445).
    StunTruncated,
    StunMalformed,
    StunBadCookie,
    StunBadFingerprint,
    StunBadIntegrity,
    StunMissingAttribute,
    StunUnknownUser,
    StunUnknownAttribute,
    StunUnexpectedMethod,
    StunUnexpectedClass,
    StunReplayed,
    IceRoleConflict,
    IceTooManyPairs,

    // TURN's ChannelData (RFC 8656).
    ChannelDataTruncated,
    ChannelDataMalformed,

    // TURN (RFC 8656).
    TurnNoAllocation,
    TurnNoChannel,
    TurnNoPermission,
    TurnPeerDenied,
    TurnPeerUnreachable,
    TurnOverRate,
    TurnUnanswered,

    // DTLS (RFC 6347).
    DtlsMalformed,
    DtlsAfterClose,
    DtlsUnexpected,
    DtlsQueueFull,

    // RTP (RFC 3550) and its header extensions (RFC 8285).
    RtpTruncated,
    RtpBadVersion,
    RtpBadExtension,
    RtpBadPadding,
    RtpUnknownStream,
    RtpUnknownPayloadType,
    RtpTooManyStreams,

    // SRTP (RFC 3711, 7714).
    SrtpTruncated,
    SrtpNoKeys,
    SrtpAuthenticationFailed,
    SrtpReplayed,
    SrtpTooOld,
    SrtpIndexExhausted,
    SrtpTooManyStreams,

    // RTCP (RFC 3550, 4585, 5104).
    RtcpTruncated,
    RtcpBadVersion,
    RtcpMalformed,
    RtcpUnknownStream,

    // Codec payloads.
    PayloadTruncated,
    PayloadMalformed,

    // Forwarding.
    NoPartner,
    NotNegotiated,
    WaitingForKeyframe,
    BeforeKeyframe,
    Duplicate,
    RtxEmpty,
    RtxUnknownOriginal,
    PacketTooLarge,

    // Limits.
    PoolExhausted,
    TransmitQueueFull,
}

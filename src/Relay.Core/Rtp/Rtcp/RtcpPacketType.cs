namespace Relay.Core.Rtp.Rtcp;

/// <summary>RTCP packet types (RFC 3550 section 12.1, RFC 4585 section 6.1, RFC 3611 section 2).</summary>
public enum RtcpPacketType : byte
{
    None = 0,
    SenderReport = 200,
    ReceiverReport = 201,
    SourceDescription = 202,
    Bye = 203,
    Application = 204,

    /// <summary>RTPFB (RFC 4585 section 6.2); the count field is an <see cref="FeedbackFormat"/>.</summary>
    TransportFeedback = 205,

    /// <summary>PSFB (RFC 4585 section 6.3); the count field is an <see cref="FeedbackFormat"/>.</summary>
    PayloadFeedback = 206,
    ExtendedReport = 207,
}

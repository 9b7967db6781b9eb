namespace Relay.Core.Rtp.Rtcp;

/// <summary>FMT values of feedback packets: what the count field means for RTPFB and PSFB (RFC 4585 section 6.1).</summary>
public static class FeedbackFormat
{
    /// <summary>RTPFB: generic NACK (RFC 4585 section 6.2.1).</summary>
    public const byte GenericNack = 1;

    /// <summary>RTPFB: transport-cc (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1).</summary>
    public const byte TransportCc = 15;

    /// <summary>PSFB: picture loss indication (RFC 4585 section 6.3.1).</summary>
    public const byte PictureLossIndication = 1;

    /// <summary>PSFB: full intra request (RFC 5104 section 4.3.1).</summary>
    public const byte FullIntraRequest = 4;

    /// <summary>PSFB: application layer feedback (RFC 4585 section 6.4), REMB among it.</summary>
    public const byte ApplicationLayer = 15;
}

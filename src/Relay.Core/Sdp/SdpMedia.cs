namespace Relay.Core.Sdp;

/// <summary>One m-line of an offer with its attributes; what it does not say itself comes from the session level.</summary>
public sealed class SdpMedia : SdpSection
{
    private readonly List<SdpPayloadType> _payloadTypes = [];

    internal SdpMedia(int lineNumber, string media, int port, string protocol, string formats)
    {
        LineNumber = lineNumber;
        Media = media;
        Port = port;
        Protocol = protocol;
        Formats = formats;
        Kind = media switch
        {
            "audio" => SdpMediaKind.Audio,
            "video" => SdpMediaKind.Video,
            "application" => SdpMediaKind.Application,
            _ => SdpMediaKind.Other,
        };
    }

    /// <summary>Where the m-line stands in the text; 1 for its first line.</summary>
    public int LineNumber { get; }

    public SdpMediaKind Kind { get; }

    /// <summary>The media field as offered.</summary>
    public string Media { get; }

    public int Port { get; }

    /// <summary>The proto field as offered.</summary>
    public string Protocol { get; }

    /// <summary>The format list as offered, separated by single spaces.</summary>
    public string Formats { get; }

    /// <summary>The formats of an audio or video m-line in the order of preference; empty for other kinds.</summary>
    public IReadOnlyList<SdpPayloadType> PayloadTypes => _payloadTypes;

    /// <summary>RFC 9143; null if the offer does not use mids.</summary>
    public string? Mid { get; internal set; }

    /// <summary>The offerer's view; sendrecv if not said (RFC 8866 section 6.7).</summary>
    public SdpDirection Direction => DirectionSaid ?? SdpDirection.SendRecv;

    /// <summary>RFC 5761.</summary>
    public bool RtcpMux { get; internal set; }

    /// <summary>RFC 5506.</summary>
    public bool RtcpReducedSize { get; internal set; }

    /// <summary>RFC 9143 section 6: port 0 does not mean rejection.</summary>
    public bool BundleOnly { get; internal set; }

    /// <summary>The streams that a=ssrc lines announce, at most <see cref="SdpLimits.SsrcsMax"/>; often empty.</summary>
    public IReadOnlyList<SdpSource> Sources { get; internal set; } = [];

    /// <summary>Port 0 without a=bundle-only: the offerer has switched this m-line off.</summary>
    public bool IsRejected => Port == 0 && !BundleOnly;

    /// <summary>DTLS-SRTP with feedback, under any of the names that JSEP (RFC 8829 section 5.1.2) knows.</summary>
    internal bool IsRtpOverDtls =>
        Protocol is "UDP/TLS/RTP/SAVPF" or "TCP/TLS/RTP/SAVPF" or "TCP/DTLS/RTP/SAVPF" or "RTP/SAVPF";

    /// <summary>What "a=rtcp-fb:*" names, until the m-line is complete.</summary>
    internal SdpFeedback FeedbackForAll { get; set; }

    internal SdpPayloadType? Find(uint payloadType)
    {
        foreach (SdpPayloadType candidate in _payloadTypes)
        {
            if (candidate.Number == payloadType)
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Called with a number that <see cref="Find"/> does not know, at most 128 times.</summary>
    internal void Add(SdpPayloadType payloadType) => _payloadTypes.Add(payloadType);
}

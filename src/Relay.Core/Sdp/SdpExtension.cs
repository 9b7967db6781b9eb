namespace Relay.Core.Sdp;

/// <summary>The RTP header extensions (RFC 8285) that an answer may accept.</summary>
public enum SdpExtension : byte
{
    None = 0,

    /// <summary>RFC 9143 section 15.</summary>
    Mid,

    /// <summary>http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time.</summary>
    AbsSendTime,

    /// <summary>
    /// http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01, together with the feedback of that draft.
    /// </summary>
    TransportCc,

    /// <summary>3GPP TS 26.114 section 7.4.5; video only.</summary>
    VideoOrientation,

    /// <summary>RFC 6464, one level per packet; audio only.</summary>
    AudioLevel,

    /// <summary>http://www.webrtc.org/experiments/rtp-hdrext/video-content-type: camera or screen; video only.</summary>
    VideoContentType,
}

/// <summary>
/// The extension URIs. Nothing that names the sender's streams, tells its clock (abs-capture-time, video-timing) or outlives a
/// partner at the receiver (playout-delay) is on the list: such extensions are never forwarded. A new extension is one more row.
/// </summary>
internal static class SdpExtensions
{
    private static readonly (SdpExtension Extension, SdpMediaKind? Only, string Uri)[] All =
    [
        (SdpExtension.Mid, null, "urn:ietf:params:rtp-hdrext:sdes:mid"),
        (SdpExtension.AbsSendTime, null, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
        (SdpExtension.TransportCc, null, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01"),
        (SdpExtension.VideoOrientation, SdpMediaKind.Video, "urn:3gpp:video-orientation"),
        (SdpExtension.AudioLevel, SdpMediaKind.Audio, "urn:ietf:params:rtp-hdrext:ssrc-audio-level"),
        (SdpExtension.VideoContentType, SdpMediaKind.Video, "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type"),
    ];

    public static SdpExtension Parse(ReadOnlySpan<char> uri, SdpMediaKind kind)
    {
        foreach ((SdpExtension extension, SdpMediaKind? only, string text) in All)
        {
            if (uri.SequenceEqual(text))
            {
                return only is null || only == kind ? extension : SdpExtension.None;
            }
        }

        return SdpExtension.None;
    }

    public static string Uri(SdpExtension extension)
    {
        foreach ((SdpExtension candidate, _, string text) in All)
        {
            if (candidate == extension)
            {
                return text;
            }
        }

        return string.Empty;
    }
}

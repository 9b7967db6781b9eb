namespace Relay.Core.Sdp;

/// <summary>The RTP header extensions (RFC 8285) that an answer may accept.</summary>
public enum SdpExtension : byte
{
    None = 0,

    /// <summary>RFC 9143 section 15.</summary>
    Mid,

    /// <summary>http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time.</summary>
    AbsSendTime,

    /// <summary>3GPP TS 26.114 section 7.4.5; video only.</summary>
    VideoOrientation,
}

/// <summary>
/// The extension URIs. Nothing that tells about a person (audio levels) or names the sender's streams is on the list:
/// identifying extensions are never forwarded. A new extension is one more row.
/// </summary>
internal static class SdpExtensions
{
    private static readonly (SdpExtension Extension, bool VideoOnly, string Uri)[] All =
    [
        (SdpExtension.Mid, false, "urn:ietf:params:rtp-hdrext:sdes:mid"),
        (SdpExtension.AbsSendTime, false, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time"),
        (SdpExtension.VideoOrientation, true, "urn:3gpp:video-orientation"),
    ];

    public static SdpExtension Parse(ReadOnlySpan<char> uri, SdpMediaKind kind)
    {
        foreach ((SdpExtension extension, bool videoOnly, string text) in All)
        {
            if (uri.SequenceEqual(text))
            {
                return videoOnly && kind != SdpMediaKind.Video ? SdpExtension.None : extension;
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

namespace Relay.Core.Codecs;

/// <summary>Fixed facts about codecs.</summary>
public static class CodecKindExtensions
{
    /// <summary>RTP clock rate of Opus (RFC 7587 section 4.1), whatever its sampling rate.</summary>
    public const uint OpusClockRateHz = 48_000;

    /// <summary>RTP clock rate of VP8 (RFC 7741 section 4.1) and H.264 (RFC 6184 section 5.1).</summary>
    public const uint VideoClockRateHz = 90_000;

    /// <summary>RTP timestamp units in a second; 0 for <see cref="CodecKind.None"/>.</summary>
    public static uint GetClockRateHz(this CodecKind codec) => codec switch
    {
        CodecKind.Opus or CodecKind.Red => OpusClockRateHz,
        CodecKind.Vp8 or CodecKind.H264 => VideoClockRateHz,
        _ => 0,
    };

    /// <summary>Audio for Opus and its copies, video for the rest.</summary>
    public static MediaKind GetMediaKind(this CodecKind codec) =>
        codec is CodecKind.Opus or CodecKind.Red ? MediaKind.Audio : MediaKind.Video;
}

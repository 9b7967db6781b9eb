namespace Relay.Core.Codecs;

/// <summary>The codecs that the relay forwards.</summary>
public enum CodecKind : byte
{
    None = 0,

    /// <summary>RFC 6716 and 7587.</summary>
    Opus,

    /// <summary>Opus with older copies of itself (RFC 2198).</summary>
    Red,

    /// <summary>RFC 6386 and 7741.</summary>
    Vp8,

    /// <summary>RFC 6184.</summary>
    H264,
}

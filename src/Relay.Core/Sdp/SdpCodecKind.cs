namespace Relay.Core.Sdp;

/// <summary>The codecs that the relay forwards.</summary>
public enum SdpCodecKind : byte
{
    None = 0,

    /// <summary>RFC 7587.</summary>
    Opus,

    /// <summary>Opus with older copies of itself (RFC 2198).</summary>
    Red,

    /// <summary>RFC 7741.</summary>
    Vp8,

    /// <summary>RFC 6184, packetization mode 1.</summary>
    H264,
}

namespace Relay.Core.Codecs.Vp8;

/// <summary>Why a frame could not be put together or decoded, or why a packet is no part of it.</summary>
public enum Vp8FrameError : byte
{
    None = 0,

    // Putting it together from packets (RFC 7741).

    /// <summary>The payload does not parse, or its place contradicts what it says.</summary>
    MalformedPayload,

    /// <summary>The packet is of another frame.</summary>
    OtherFrame,

    /// <summary>The packet is there already.</summary>
    Duplicate,

    /// <summary>A packet is missing.</summary>
    Incomplete,

    // Limits.

    /// <summary>More packets than <see cref="Vp8FrameLimits.PacketsMax"/>.</summary>
    TooManyPackets,

    /// <summary>More bytes than <see cref="Vp8FrameLimits.BytesMax"/>.</summary>
    TooManyBytes,

    /// <summary>Wider, higher or larger than <see cref="Vp8FrameLimits"/> allow.</summary>
    TooLarge,

    // The frame itself (RFC 6386).

    /// <summary>The frame or one of its partitions ends too early.</summary>
    Truncated,

    /// <summary>The frame needs others to be decoded.</summary>
    NotKeyframe,

    /// <summary>The bytes 9D 01 2A are not where they belong.</summary>
    BadStartCode,

    /// <summary>Width or height is 0.</summary>
    NoPicture,

    /// <summary>A version of the format that RFC 6386 does not define.</summary>
    UnknownVersion,

    /// <summary>The frame is not meant to be seen, which an encoder has no reason to say of a keyframe.</summary>
    NotShown,
}

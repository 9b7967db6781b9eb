using Relay.Core.Diagnostics;

namespace Relay.Core.Codecs;

/// <summary>Says where a receiver that has seen nothing yet may start.</summary>
public static class KeyframeDetector
{
    /// <summary>
    /// True if this payload is the first packet of a keyframe. For Opus always true: every packet can be decoded alone. Payloads
    /// that do not parse are no keyframes.
    /// </summary>
    /// <param name="payload">The RTP payload without padding; for RTX, the original payload.</param>
    public static bool IsKeyframeStart(CodecKind codec, ReadOnlySpan<byte> payload) => codec switch
    {
        CodecKind.Opus or CodecKind.Red => true,
        CodecKind.Vp8 => Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor) == DropReason.None
            && descriptor.IsKeyframe,
        CodecKind.H264 => H264PayloadReader.TryReadFrameStart(payload, out H264FrameInfo info) == DropReason.None
            && info.IsKeyframe,
        _ => false,
    };
}

using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;

namespace Relay.Core.Sfu;

/// <summary>Reads what forwarding has to know of a payload.</summary>
internal static class MediaPayload
{
    /// <summary>Fills in where a keyframe starts, VP8's descriptor, and the layout of RED.</summary>
    public static DropReason TryRead(ReadOnlySpan<byte> payload, in MediaParameters parameters, ref MediaPacket packet)
    {
        // Padding only: nothing to read, but its number must not be missing for the receiver.
        if (payload.IsEmpty)
        {
            return DropReason.None;
        }

        switch (packet.Codec)
        {
            case CodecKind.Vp8:
                DropReason reason = Vp8PayloadDescriptor.TryParse(payload, out packet.Vp8);
                packet.StartsKeyframe = packet.Vp8.IsKeyframe;
                return reason;

            case CodecKind.H264:
                // What does not parse is no keyframe, and the decoder's to judge.
                _ = H264PayloadReader.TryReadFrameStart(payload, out H264FrameInfo info);
                packet.StartsKeyframe = info.HasSps;
                packet.IsBareIdr = info.HasIdr && !info.HasSps;
                return DropReason.None;

            case CodecKind.Red:
                packet.StartsKeyframe = true;
                return parameters.TryGetCodec(CodecKind.Opus, out CodecParameters opus)
                    ? RedPayload.TryRead(payload, opus.PayloadType, out packet.Red)
                    : DropReason.NotNegotiated;

            default:
                packet.StartsKeyframe = KeyframeDetector.IsKeyframeStart(packet.Codec, payload);
                return DropReason.None;
        }
    }
}

using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// One decrypted, parsed and numbered RTP packet of a producer. The payload stays in the slot that it was opened into;
/// each consumer seals from there into a slot of its own.
/// </summary>
public struct MediaPacket
{
    /// <summary><see cref="VideoOrientation"/> of a packet that carries none.</summary>
    public const byte NoOrientation = 0xff;

    public PacketHandle Packet;

    /// <summary>Where the payload starts in the slot.</summary>
    public int PayloadOffset;

    /// <summary>Bytes of payload, padding excluded; 0 for a padding-only packet.</summary>
    public int PayloadLength;

    /// <summary>The source's sequence number, extended over its wraps.</summary>
    public long Sequence;

    public uint Timestamp;
    public bool Marker;
    public CodecKind Codec;

    /// <summary>True on the first packet of a keyframe; always false for audio.</summary>
    public bool StartsKeyframe;

    /// <summary>The 3GPP TS 26.114 coordination byte, or <see cref="NoOrientation"/>.</summary>
    public byte VideoOrientation;

    /// <summary>For VP8.</summary>
    public Vp8PayloadDescriptor Vp8;

    public Instant Arrival;

    /// <summary>When it would have arrived had it been as fast as its source's fastest.</summary>
    public Instant Due;
}

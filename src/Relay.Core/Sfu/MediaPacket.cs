using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Primitives;
using Relay.Core.Rtp;

namespace Relay.Core.Sfu;

/// <summary>
/// One decrypted, parsed and numbered RTP packet of a producer. The payload stays in the slot that it was opened into;
/// each consumer seals from there into a slot of its own.
/// </summary>
public struct MediaPacket
{
    public PacketHandle Packet;

    /// <summary>Where the payload starts in the slot.</summary>
    public int PayloadOffset;

    /// <summary>Bytes of payload, padding excluded; 0 for a padding-only packet.</summary>
    public int PayloadLength;

    /// <summary>Bytes of padding behind the payload, their count included.</summary>
    public int PaddingLength;

    /// <summary>The source's sequence number, extended over its wraps.</summary>
    public long Sequence;

    public uint Timestamp;
    public bool Marker;
    public CodecKind Codec;

    /// <summary>True on the first packet of a keyframe; audio can always be started.</summary>
    public bool StartsKeyframe;

    /// <summary>Where the header extensions (RFC 8285) start in the slot, behind their own header.</summary>
    public int ExtensionOffset;

    /// <summary>Bytes of header extensions, 0 without any.</summary>
    public int ExtensionLength;

    /// <summary>The form of the header extensions.</summary>
    public ushort ExtensionProfile;

    /// <summary>The transport-wide number that it came in with, extended; -1 if it has none.</summary>
    public long TransportNumber;

    /// <summary>
    /// H.264: an IDR picture's first slice without parameter sets. They, and so the keyframe's start, are in a packet before
    /// it, unless the packet before it belongs to another picture.
    /// </summary>
    public bool IsBareIdr;

    /// <summary>For RED.</summary>
    public RedPayload Red;

    /// <summary>For VP8.</summary>
    public Vp8PayloadDescriptor Vp8;

    public Instant Arrival;

    /// <summary>When it would have arrived had it been as fast as its source's fastest.</summary>
    public Instant Due;
}

using Relay.Core.Primitives;

namespace Relay.Testing.Peers;

/// <summary>What is kept of one received RTP packet.</summary>
public readonly record struct ReceivedPacket
{
    /// <summary>The sequence number with its wraps counted, from 65,536 on.</summary>
    public long Sequence { get; init; }

    public uint Timestamp { get; init; }

    public bool Marker { get; init; }

    public byte PayloadType { get; init; }

    public Instant ArrivedAt { get; init; }

    /// <summary>It came as RTX.</summary>
    public bool IsRetransmission { get; init; }

    /// <summary>VP8: the first packet of a frame.</summary>
    public bool IsStartOfFrame { get; init; }

    /// <summary>VP8: the first packet of a keyframe.</summary>
    public bool IsKeyframe { get; init; }

    public ushort PictureId { get; init; }

    public byte Tl0PicIdx { get; init; }

    public byte KeyIdx { get; init; }

    /// <summary>What the sender put into the payload; default if there is none.</summary>
    public MediaStamp Stamp { get; init; }
}

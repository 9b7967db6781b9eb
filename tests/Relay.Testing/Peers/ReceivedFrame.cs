using Relay.Core.Primitives;

namespace Relay.Testing.Peers;

/// <summary>One received video frame.</summary>
public sealed record ReceivedFrame
{
    /// <summary><see cref="PeerIdentity.MediaTag"/> of its sender.</summary>
    public ulong MediaTag { get; init; }

    /// <summary>The sender's count of its frames, from 0.</summary>
    public uint FrameNumber { get; init; }

    public uint Timestamp { get; init; }

    public ushort PictureId { get; init; }

    public byte Tl0PicIdx { get; init; }

    public byte KeyIdx { get; init; }

    public bool IsKeyframe { get; init; }

    /// <summary>Every packet that the sender made of it is there, in order and without a gap.</summary>
    public bool IsComplete { get; init; }

    /// <summary>When its last packet came.</summary>
    public Instant ArrivedAt { get; init; }

    public long FirstSequence { get; init; }

    public long LastSequence { get; init; }
}

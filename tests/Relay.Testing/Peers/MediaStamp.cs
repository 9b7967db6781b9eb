using System.Buffers.Binary;

namespace Relay.Testing.Peers;

/// <summary>
/// What test media carries inside the codec payload, where the relay does not look: whose frame it is, and which packet of
/// it. So a receiver knows that the bytes it got are the bytes that were sent.
/// <code>
/// magic (4) | media tag (8) | frame number (4) | packet index (2) | packet count (2)
/// </code>
/// </summary>
public readonly record struct MediaStamp(ulong MediaTag, uint FrameNumber, ushort PacketIndex, ushort PacketCount)
{
    /// <summary>Bytes of a stamp.</summary>
    public const int Length = 20;

    private const uint Magic = 0x5354_4D50;

    public static bool TryRead(ReadOnlySpan<byte> source, out MediaStamp stamp)
    {
        stamp = default;
        if (source.Length < Length || BinaryPrimitives.ReadUInt32BigEndian(source) != Magic)
        {
            return false;
        }

        stamp = new MediaStamp(
            BinaryPrimitives.ReadUInt64BigEndian(source[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[12..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[16..]),
            BinaryPrimitives.ReadUInt16BigEndian(source[18..]));
        return true;
    }

    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, Magic);
        BinaryPrimitives.WriteUInt64BigEndian(destination[4..], MediaTag);
        BinaryPrimitives.WriteUInt32BigEndian(destination[12..], FrameNumber);
        BinaryPrimitives.WriteUInt16BigEndian(destination[16..], PacketIndex);
        BinaryPrimitives.WriteUInt16BigEndian(destination[18..], PacketCount);
    }
}

using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp;

// RFC 4588 section 4: the payload of a retransmission packet.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |              OSN              |  original RTP packet payload  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>The payload of an RTX packet: original sequence number (OSN) and original payload.</summary>
public static class RtxPayload
{
    /// <summary>Bytes in front of the original payload.</summary>
    public const int HeaderLength = 2;

    /// <summary>Reads a payload without padding.</summary>
    /// <param name="original">The original payload; empty if the original packet was padding only.</param>
    /// <returns>
    /// <see cref="DropReason.RtxEmpty"/> for no payload at all (a padding probe) or <see cref="DropReason.PayloadTruncated"/>.
    /// </returns>
    public static DropReason TryRead(
        ReadOnlySpan<byte> payload,
        out ushort originalSequenceNumber,
        out ReadOnlySpan<byte> original)
    {
        originalSequenceNumber = 0;
        original = default;
        if (payload.IsEmpty)
        {
            return DropReason.RtxEmpty;
        }

        if (payload.Length < HeaderLength)
        {
            return DropReason.PayloadTruncated;
        }

        originalSequenceNumber = BinaryPrimitives.ReadUInt16BigEndian(payload);
        original = payload[HeaderLength..];
        return DropReason.None;
    }

    /// <summary>Writes the OSN at the start of a payload, in front of the original payload.</summary>
    /// <returns>Always 2.</returns>
    public static int WriteOriginalSequenceNumber(Span<byte> destination, ushort originalSequenceNumber)
    {
        BinaryPrimitives.WriteUInt16BigEndian(destination, originalSequenceNumber);
        return HeaderLength;
    }
}

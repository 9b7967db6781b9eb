using System.Buffers.Binary;
using System.Numerics;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 4585 section 6.2.1: generic NACK, RTPFB with FMT 1; one or more of these in the FCI.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |            PID                |             BLP               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
//
// PID is lost, and so is PID + i + 1 for each bit i of BLP (bit 0 is the least significant).

/// <summary>Walks the sequence numbers that a generic NACK asks for.</summary>
public ref struct NackReader
{
    /// <summary>Entries read of one packet, each up to 17 numbers. Browsers send at most 253; the rest is ignored.</summary>
    public const int EntriesMax = 256;

    internal const int EntryLength = 4;
    internal const int BlpOffset = 2;

    private ReadOnlySpan<byte> _entries;
    private ushort _pid;
    private ushort _blp;

    private NackReader(FeedbackHeader header, ReadOnlySpan<byte> entries)
    {
        SenderSsrc = header.SenderSsrc;
        MediaSsrc = header.MediaSsrc;
        _entries = entries;
    }

    public uint SenderSsrc { get; }

    /// <summary>The stream whose packets are missing.</summary>
    public uint MediaSsrc { get; }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or format, or has no entry.</returns>
    public static DropReason TryParse(RtcpPacket packet, out NackReader reader)
    {
        reader = default;
        const byte Format = FeedbackFormat.GenericNack;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.TransportFeedback, Format, out FeedbackHeader header))
        {
            return DropReason.RtcpMalformed;
        }

        int entries = Math.Min((packet.Body.Length - FeedbackHeader.Length) / EntryLength, EntriesMax);
        if (entries == 0)
        {
            return DropReason.RtcpMalformed;
        }

        reader = new NackReader(header, packet.Body.Slice(FeedbackHeader.Length, entries * EntryLength));
        return DropReason.None;
    }

    /// <summary>Reads the next number, in the order of the packet: 1 to 17 × <see cref="EntriesMax"/> of them.</summary>
    /// <returns>False at the end.</returns>
    public bool TryReadNext(out ushort sequenceNumber)
    {
        if (_blp != 0)
        {
            int bit = BitOperations.TrailingZeroCount(_blp);
            _blp &= (ushort)(_blp - 1);
            sequenceNumber = (ushort)(_pid + bit + 1);
            return true;
        }

        if (_entries.IsEmpty)
        {
            sequenceNumber = 0;
            return false;
        }

        _pid = BinaryPrimitives.ReadUInt16BigEndian(_entries);
        _blp = BinaryPrimitives.ReadUInt16BigEndian(_entries[BlpOffset..]);
        _entries = _entries[EntryLength..];
        sequenceNumber = _pid;
        return true;
    }
}

/// <summary>Writes generic NACKs.</summary>
public static class NackWriter
{
    /// <summary>Numbers that one BLP covers behind its PID.</summary>
    public const int BlpSpan = 16;

    /// <summary>Most bytes that this many numbers can take: an entry for each.</summary>
    public static int GetMaxLength(int sequenceNumberCount) =>
        FeedbackHeader.FciOffset + sequenceNumberCount * NackReader.EntryLength;

    /// <summary>
    /// Packs numbers into PID and BLP. Ascending order (across the wrap) packs best; any order is right. Stops when the
    /// destination or <see cref="NackReader.EntriesMax"/> is full.
    /// </summary>
    /// <param name="consumed">How many of the numbers went in, from the front.</param>
    /// <returns>Bytes written; 0 if there are no numbers or there is no room for one.</returns>
    public static int Write(
        Span<byte> destination,
        uint senderSsrc,
        uint mediaSsrc,
        ReadOnlySpan<ushort> sequenceNumbers,
        out int consumed)
    {
        consumed = 0;
        int room = Math.Min((destination.Length - FeedbackHeader.FciOffset) / NackReader.EntryLength, NackReader.EntriesMax);
        int entries = 0;
        while (consumed < sequenceNumbers.Length && entries < room)
        {
            ushort pid = sequenceNumbers[consumed];
            ushort blp = 0;
            for (consumed++; consumed < sequenceNumbers.Length; consumed++)
            {
                int distance = (ushort)(sequenceNumbers[consumed] - pid);
                if (distance > BlpSpan)
                {
                    break;
                }

                // A repeated PID (distance 0) needs no bit.
                blp |= distance == 0 ? (ushort)0 : (ushort)(1 << (distance - 1));
            }

            Span<byte> entry = destination[(FeedbackHeader.FciOffset + entries * NackReader.EntryLength)..];
            BinaryPrimitives.WriteUInt16BigEndian(entry, pid);
            BinaryPrimitives.WriteUInt16BigEndian(entry[NackReader.BlpOffset..], blp);
            entries++;
        }

        if (entries == 0)
        {
            return 0;
        }

        int length = FeedbackHeader.FciOffset + entries * NackReader.EntryLength;
        new FeedbackHeader(senderSsrc, mediaSsrc)
            .Write(destination, RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack, length);
        return length;
    }
}

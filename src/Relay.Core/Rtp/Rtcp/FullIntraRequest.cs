using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 5104 section 4.3.1: full intra request, PSFB with FMT 4. The media SSRC of the feedback header is unused (0): the
// targets are in the FCI, one or more of
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                              SSRC                             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | Seq nr.       |    Reserved                                   |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>One target of a full intra request.</summary>
/// <param name="Ssrc">The stream that needs a keyframe.</param>
/// <param name="SequenceNumber">Command number: the same again is a repetition, not a new request.</param>
public readonly record struct FirEntry(uint Ssrc, byte SequenceNumber);

/// <summary>A view of a full intra request.</summary>
public readonly ref struct FirReader
{
    /// <summary>Entries read of one packet; the rest is ignored.</summary>
    public const int EntriesMax = 32;

    internal const int EntryLength = 8;
    internal const int SequenceNumberOffset = 4;

    private readonly ReadOnlySpan<byte> _entries;

    private FirReader(uint senderSsrc, ReadOnlySpan<byte> entries)
    {
        SenderSsrc = senderSsrc;
        _entries = entries;
    }

    public uint SenderSsrc { get; }

    /// <summary>1 to <see cref="EntriesMax"/>.</summary>
    public int EntryCount => _entries.Length / EntryLength;

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or format, or has no entry.</returns>
    public static DropReason TryParse(RtcpPacket packet, out FirReader reader)
    {
        reader = default;
        const byte Format = FeedbackFormat.FullIntraRequest;
        if (!FeedbackHeader.TryRead(packet, RtcpPacketType.PayloadFeedback, Format, out FeedbackHeader header))
        {
            return DropReason.RtcpMalformed;
        }

        int entries = Math.Min((packet.Body.Length - FeedbackHeader.Length) / EntryLength, EntriesMax);
        if (entries == 0)
        {
            return DropReason.RtcpMalformed;
        }

        reader = new FirReader(header.SenderSsrc, packet.Body.Slice(FeedbackHeader.Length, entries * EntryLength));
        return DropReason.None;
    }

    /// <param name="index">0 to <see cref="EntryCount"/> - 1.</param>
    public FirEntry GetEntry(int index)
    {
        ReadOnlySpan<byte> entry = _entries.Slice(index * EntryLength, EntryLength);
        return new FirEntry(BinaryPrimitives.ReadUInt32BigEndian(entry), entry[SequenceNumberOffset]);
    }
}

/// <summary>Writes full intra requests.</summary>
public static class FirWriter
{
    /// <summary>Bytes of a request with one target.</summary>
    public const int Length = FeedbackHeader.FciOffset + FirReader.EntryLength;

    /// <param name="destination">At least 20 bytes.</param>
    /// <param name="targetSsrc">The stream that must send a keyframe.</param>
    /// <param name="sequenceNumber">One more than in the last new request to this target, modulo 256.</param>
    /// <returns>Always 20.</returns>
    public static int Write(Span<byte> destination, uint senderSsrc, uint targetSsrc, byte sequenceNumber)
    {
        new FeedbackHeader(senderSsrc, MediaSsrc: 0)
            .Write(destination, RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest, Length);
        Span<byte> entry = destination[FeedbackHeader.FciOffset..Length];
        BinaryPrimitives.WriteUInt32BigEndian(entry, targetSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(entry[FirReader.SequenceNumberOffset..], (uint)sequenceNumber << 24);
        return Length;
    }
}

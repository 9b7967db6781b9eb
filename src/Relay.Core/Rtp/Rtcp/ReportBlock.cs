using System.Buffers.Binary;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.4.1: report block of sender and receiver reports.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |                 SSRC of the source reported on                |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// | fraction lost |       cumulative number of packets lost       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |           extended highest sequence number received           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                      interarrival jitter                      |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         last SR (LSR)                         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                   delay since last SR (DLSR)                  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>What one receiver says of one source.</summary>
/// <param name="Ssrc">The source reported on.</param>
/// <param name="FractionLost">Loss since the last report, in 1/256.</param>
/// <param name="CumulativeLost">Loss since the start, a signed 24-bit number; negative if there were duplicates.</param>
/// <param name="ExtendedHighestSequence">Cycles in the high, highest sequence number in the low 16 bits.</param>
/// <param name="Jitter">In timestamp units.</param>
/// <param name="LastSr">Middle 32 bits of the last sender report's NTP timestamp; 0 if there was none.</param>
/// <param name="DelaySinceLastSr">In units of 1/65,536 s; 0 if there was no sender report.</param>
public readonly record struct ReportBlock(
    uint Ssrc,
    byte FractionLost,
    int CumulativeLost,
    uint ExtendedHighestSequence,
    uint Jitter,
    uint LastSr,
    uint DelaySinceLastSr)
{
    /// <summary>Bytes of a block.</summary>
    public const int Length = 24;

    /// <summary>Smallest 24-bit loss.</summary>
    public const int CumulativeLostMin = -0x80_0000;

    /// <summary>Largest 24-bit loss.</summary>
    public const int CumulativeLostMax = 0x7F_FFFF;

    private const int LossOffset = 4;
    private const int ExtendedHighestSequenceOffset = 8;
    private const int JitterOffset = 12;
    private const int LastSrOffset = 16;
    private const int DelaySinceLastSrOffset = 20;

    private const int LossBits = 24;
    private const int LossMask = 0xFF_FFFF;

    /// <summary>Reads a block.</summary>
    /// <param name="source">At least 24 bytes; the report readers have checked that.</param>
    public static ReportBlock Read(ReadOnlySpan<byte> source)
    {
        uint loss = BinaryPrimitives.ReadUInt32BigEndian(source[LossOffset..]);
        return new ReportBlock(
            BinaryPrimitives.ReadUInt32BigEndian(source),
            (byte)(loss >> LossBits),
            (int)(loss << (32 - LossBits)) >> (32 - LossBits),
            BinaryPrimitives.ReadUInt32BigEndian(source[ExtendedHighestSequenceOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[JitterOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[LastSrOffset..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[DelaySinceLastSrOffset..]));
    }

    /// <summary>Writes this block; the loss is clamped to its 24 bits.</summary>
    /// <param name="destination">At least 24 bytes.</param>
    public void Write(Span<byte> destination)
    {
        int lost = Math.Clamp(CumulativeLost, CumulativeLostMin, CumulativeLostMax) & LossMask;
        BinaryPrimitives.WriteUInt32BigEndian(destination, Ssrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LossOffset..], ((uint)FractionLost << LossBits) | (uint)lost);
        BinaryPrimitives.WriteUInt32BigEndian(destination[ExtendedHighestSequenceOffset..], ExtendedHighestSequence);
        BinaryPrimitives.WriteUInt32BigEndian(destination[JitterOffset..], Jitter);
        BinaryPrimitives.WriteUInt32BigEndian(destination[LastSrOffset..], LastSr);
        BinaryPrimitives.WriteUInt32BigEndian(destination[DelaySinceLastSrOffset..], DelaySinceLastSr);
    }
}

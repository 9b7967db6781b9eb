using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.4.2: receiver report.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|   RC    |   PT=RR=201   |             length            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                     SSRC of packet sender                     |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |            RC report blocks of 24 bytes, then profile data    |

/// <summary>A view of a receiver report. Offsets are in the body, behind the common header.</summary>
public readonly ref struct ReceiverReportReader
{
    internal const int BlocksOffset = 4;

    private readonly ReadOnlySpan<byte> _body;

    private ReceiverReportReader(ReadOnlySpan<byte> body, int reportBlockCount)
    {
        _body = body;
        ReportBlockCount = reportBlockCount;
    }

    /// <summary>Who reports.</summary>
    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_body);

    /// <summary>0 to 31.</summary>
    public int ReportBlockCount { get; }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or shorter than its count says.</returns>
    public static DropReason TryParse(RtcpPacket packet, out ReceiverReportReader reader)
    {
        if (packet.Type != RtcpPacketType.ReceiverReport
            || packet.Body.Length < BlocksOffset + packet.Count * ReportBlock.Length)
        {
            reader = default;
            return DropReason.RtcpMalformed;
        }

        reader = new ReceiverReportReader(packet.Body, packet.Count);
        return DropReason.None;
    }

    /// <param name="index">0 to <see cref="ReportBlockCount"/> - 1.</param>
    public ReportBlock GetReportBlock(int index) => ReportBlock.Read(_body[(BlocksOffset + index * ReportBlock.Length)..]);
}

/// <summary>Writes receiver reports.</summary>
public static class ReceiverReportWriter
{
    /// <summary>Bytes of a receiver report with this many blocks.</summary>
    public static int GetLength(int reportBlockCount) =>
        RtcpHeader.Length + ReceiverReportReader.BlocksOffset + reportBlockCount * ReportBlock.Length;

    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="ssrc">Who reports.</param>
    /// <param name="reportBlocks">0 to 31.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(Span<byte> destination, uint ssrc, ReadOnlySpan<ReportBlock> reportBlocks)
    {
        int length = GetLength(reportBlocks.Length);
        RtcpHeader.Write(destination, RtcpPacketType.ReceiverReport, reportBlocks.Length, length);
        Span<byte> body = destination[RtcpHeader.Length..length];
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        for (int i = 0; i < reportBlocks.Length; i++)
        {
            reportBlocks[i].Write(body[(ReceiverReportReader.BlocksOffset + i * ReportBlock.Length)..]);
        }

        return length;
    }
}

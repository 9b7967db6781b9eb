using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.4.1: sender report.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|   RC    |   PT=SR=200   |             length            |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         SSRC of sender                        |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |              NTP timestamp, most significant word             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |             NTP timestamp, least significant word             |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         RTP timestamp                         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                     sender's packet count                     |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                      sender's octet count                     |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |            RC report blocks of 24 bytes, then profile data    |

/// <summary>A view of a sender report. Offsets are in the body, behind the common header.</summary>
public readonly ref struct SenderReportReader
{
    internal const int NtpOffset = 4;
    internal const int RtpTimestampOffset = 12;
    internal const int PacketCountOffset = 16;
    internal const int OctetCountOffset = 20;
    internal const int BlocksOffset = 24;

    private readonly ReadOnlySpan<byte> _body;

    private SenderReportReader(ReadOnlySpan<byte> body, int reportBlockCount)
    {
        _body = body;
        ReportBlockCount = reportBlockCount;
    }

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_body);

    public NtpTimestamp Ntp => new(BinaryPrimitives.ReadUInt64BigEndian(_body[NtpOffset..]));

    public uint RtpTimestamp => BinaryPrimitives.ReadUInt32BigEndian(_body[RtpTimestampOffset..]);

    public uint PacketCount => BinaryPrimitives.ReadUInt32BigEndian(_body[PacketCountOffset..]);

    /// <summary>Payload bytes sent, without headers and padding.</summary>
    public uint OctetCount => BinaryPrimitives.ReadUInt32BigEndian(_body[OctetCountOffset..]);

    /// <summary>0 to 31.</summary>
    public int ReportBlockCount { get; }

    /// <returns><see cref="DropReason.RtcpMalformed"/> if it is another type or shorter than its count says.</returns>
    public static DropReason TryParse(RtcpPacket packet, out SenderReportReader reader)
    {
        if (packet.Type != RtcpPacketType.SenderReport
            || packet.Body.Length < BlocksOffset + packet.Count * ReportBlock.Length)
        {
            reader = default;
            return DropReason.RtcpMalformed;
        }

        reader = new SenderReportReader(packet.Body, packet.Count);
        return DropReason.None;
    }

    /// <param name="index">0 to <see cref="ReportBlockCount"/> - 1.</param>
    public ReportBlock GetReportBlock(int index) => ReportBlock.Read(_body[(BlocksOffset + index * ReportBlock.Length)..]);
}

/// <summary>Writes sender reports.</summary>
public static class SenderReportWriter
{
    /// <summary>Bytes of a sender report with this many blocks.</summary>
    public static int GetLength(int reportBlockCount) =>
        RtcpHeader.Length + SenderReportReader.BlocksOffset + reportBlockCount * ReportBlock.Length;

    /// <param name="destination">At least <see cref="GetLength"/> bytes.</param>
    /// <param name="rtpTimestamp">The same moment as <paramref name="ntp"/>, on the stream's clock.</param>
    /// <param name="octetCount">Payload bytes sent, without headers and padding.</param>
    /// <param name="reportBlocks">0 to 31.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(
        Span<byte> destination,
        uint ssrc,
        NtpTimestamp ntp,
        uint rtpTimestamp,
        uint packetCount,
        uint octetCount,
        ReadOnlySpan<ReportBlock> reportBlocks = default)
    {
        int length = GetLength(reportBlocks.Length);
        RtcpHeader.Write(destination, RtcpPacketType.SenderReport, reportBlocks.Length, length);
        Span<byte> body = destination[RtcpHeader.Length..length];
        BinaryPrimitives.WriteUInt32BigEndian(body, ssrc);
        BinaryPrimitives.WriteUInt64BigEndian(body[SenderReportReader.NtpOffset..], ntp.Value);
        BinaryPrimitives.WriteUInt32BigEndian(body[SenderReportReader.RtpTimestampOffset..], rtpTimestamp);
        BinaryPrimitives.WriteUInt32BigEndian(body[SenderReportReader.PacketCountOffset..], packetCount);
        BinaryPrimitives.WriteUInt32BigEndian(body[SenderReportReader.OctetCountOffset..], octetCount);
        for (int i = 0; i < reportBlocks.Length; i++)
        {
            reportBlocks[i].Write(body[(SenderReportReader.BlocksOffset + i * ReportBlock.Length)..]);
        }

        return length;
    }
}

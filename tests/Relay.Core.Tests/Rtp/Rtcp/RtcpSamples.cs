using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

/// <summary>Compounds made by the writers, and a reader that reads all there is in one.</summary>
internal static class RtcpSamples
{
    public static readonly ReportBlock Block = new(0x11111111, 25, -3, 0x0001_FFFE, 77, 0xB705_2000, 0x0005_4000);

    /// <summary>One packet of every kind that has a writer.</summary>
    public static byte[] Everything()
    {
        byte[] buffer = new byte[512];
        int length = SenderReportWriter.Write(buffer, 1, new NtpTimestamp(0x0102030405060708), 9, 10, 11, [Block, Block]);
        length += ReceiverReportWriter.Write(buffer.AsSpan(length), 1, [Block]);
        length += SdesWriter.WriteCname(buffer.AsSpan(length), 1, "abcdefgh"u8);
        length += NackWriter.Write(buffer.AsSpan(length), 1, 2, [5, 6, 40], out _);
        length += PliWriter.Write(buffer.AsSpan(length), 1, 2);
        length += FirWriter.Write(buffer.AsSpan(length), 1, 2, 3);
        length += RembWriter.Write(buffer.AsSpan(length), 1, 2_500_000, [2, 3]);
        length += TransportFeedbackWriter.Write(
            buffer.AsSpan(length), 1, 2, new TransportFeedbackHead(9, 7, 5), [0, TransportFeedbackWriter.NotReceived, 300]);
        length += ByeWriter.Write(buffer.AsSpan(length), [1, 2]);
        return buffer[..length];
    }

    /// <summary>The only packet of a compound.</summary>
    public static RtcpPacket Single(byte[] bytes)
    {
        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(bytes, out RtcpCompoundReader compound));
        Assert.True(compound.MoveNext());
        RtcpPacket packet = compound.Current;
        Assert.False(compound.MoveNext());
        return packet;
    }

    /// <summary>Tries every reader on every packet and reads all that it offers.</summary>
    /// <returns>True if the compound is good and at least one reader took a packet.</returns>
    public static bool ReadAll(ReadOnlySpan<byte> bytes)
    {
        if (RtcpCompoundReader.TryParse(bytes, out RtcpCompoundReader compound) != DropReason.None)
        {
            return false;
        }

        int readers = 0;
        foreach (RtcpPacket packet in compound)
        {
            readers += ReadReports(packet) + ReadSources(packet) + ReadFeedback(packet);
        }

        return readers > 0;
    }

    private static int ReadReports(RtcpPacket packet)
    {
        int readers = 0;
        if (SenderReportReader.TryParse(packet, out SenderReportReader sender) == DropReason.None)
        {
            readers++;
            _ = (sender.Ssrc, sender.Ntp, sender.RtpTimestamp, sender.PacketCount, sender.OctetCount);
            for (int i = 0; i < sender.ReportBlockCount; i++)
            {
                sender.GetReportBlock(i);
            }
        }

        if (ReceiverReportReader.TryParse(packet, out ReceiverReportReader receiver) == DropReason.None)
        {
            readers++;
            _ = receiver.Ssrc;
            for (int i = 0; i < receiver.ReportBlockCount; i++)
            {
                receiver.GetReportBlock(i);
            }
        }

        return readers;
    }

    private static int ReadSources(RtcpPacket packet)
    {
        int readers = 0;
        if (SdesReader.TryParse(packet, out SdesReader sdes) == DropReason.None)
        {
            readers++;
            int chunks = 0;
            while (sdes.TryReadNext(out _, out _))
            {
                chunks++;
            }

            Assert.Equal(packet.Count, chunks);
        }

        if (ByeReader.TryParse(packet, out ByeReader bye) == DropReason.None)
        {
            readers++;
            for (int i = 0; i < bye.SsrcCount; i++)
            {
                bye.GetSsrc(i);
            }
        }

        return readers;
    }

    private static int ReadFeedback(RtcpPacket packet)
    {
        int readers = 0;
        if (NackReader.TryParse(packet, out NackReader nack) == DropReason.None)
        {
            readers++;
            int numbers = 0;
            while (nack.TryReadNext(out _))
            {
                numbers++;
            }

            Assert.InRange(numbers, 1, NackReader.EntriesMax * (NackWriter.BlpSpan + 1));
        }

        if (PliReader.TryParse(packet, out PliReader pli) == DropReason.None)
        {
            readers++;
            _ = pli.MediaSsrc;
        }

        if (FirReader.TryParse(packet, out FirReader fir) == DropReason.None)
        {
            readers++;
            for (int i = 0; i < fir.EntryCount; i++)
            {
                fir.GetEntry(i);
            }
        }

        if (RembReader.TryParse(packet, out RembReader remb) == DropReason.None)
        {
            readers++;
            _ = remb.BitrateBitsPerSecond;
            for (int i = 0; i < remb.SsrcCount; i++)
            {
                remb.GetSsrc(i);
            }
        }

        if (TransportFeedbackReader.TryParse(packet, ushort.MaxValue, out TransportFeedbackReader feedback) == DropReason.None)
        {
            readers++;
            _ = (feedback.SenderSsrc, feedback.MediaSsrc, feedback.FeedbackCount);
            int packets = 0;
            while (feedback.TryReadNext(out _, out _, out _))
            {
                packets++;
            }

            Assert.Equal(feedback.StatusCount, packets);
        }

        return readers;
    }
}

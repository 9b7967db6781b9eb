using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class RtcpCompoundReaderTests
{
    [Fact]
    public void Packets_come_in_order_with_type_count_and_body()
    {
        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(RtcpSamples.Everything(), out RtcpCompoundReader compound));
        var seen = new List<string>();
        while (compound.MoveNext())
        {
            seen.Add($"{(int)compound.Type}/{compound.Count}/{compound.Body.Length}");
        }

        Assert.Equal("200/2/72 201/1/28 202/1/16 205/1/16 206/1/8 206/4/16 206/15/24 205/15/24 203/2/8", string.Join(' ', seen));
        Assert.False(compound.MoveNext());
        Assert.True(compound.Body.IsEmpty);
    }

    [Fact]
    public void A_loop_over_it_sees_every_packet()
    {
        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(RtcpSamples.Everything(), out RtcpCompoundReader compound));
        int packets = 0;
        foreach (RtcpPacket packet in compound)
        {
            packets += packet.Body.IsEmpty ? 0 : 1;
        }

        Assert.Equal(9, packets);
    }

    [Fact]
    public void A_reduced_size_compound_may_start_with_any_type()
    {
        byte[] pli = new byte[PliWriter.Length];
        PliWriter.Write(pli, 1, 2);
        Assert.Equal(RtcpPacketType.PayloadFeedback, RtcpSamples.Single(pli).Type);
    }

    [Theory]
    // Padding of the last packet is taken off its body.
    [InlineData("80CB0000" + "A1CB0002" + "00000007" + "00000004", DropReason.None)]
    [InlineData("A1CB0002" + "00000007" + "00000004", DropReason.None)]
    // Padding of a packet that is not the last.
    [InlineData("A1CB0002" + "00000007" + "00000004" + "80CB0000", DropReason.RtcpMalformed)]
    // Padding counts: 0, no multiple of 4, more than the body, no room.
    [InlineData("A1CB0002" + "00000007" + "00000000", DropReason.RtcpMalformed)]
    [InlineData("A1CB0002" + "00000007" + "00000003", DropReason.RtcpMalformed)]
    [InlineData("A1CB0002" + "00000007" + "0000000C", DropReason.RtcpMalformed)]
    [InlineData("A0CB0000", DropReason.RtcpMalformed)]
    [InlineData("A0CB0001" + "00000004", DropReason.None)]
    // Transport-wide feedback is filled up by bytes, before other packets too; but not by nothing, nor beyond its body.
    [InlineData("AFCD0002" + "00000007" + "00000001", DropReason.None)]
    [InlineData("AFCD0002" + "00000007" + "00000003" + "80CB0000", DropReason.None)]
    [InlineData("AFCD0002" + "00000007" + "00000000", DropReason.RtcpMalformed)]
    [InlineData("AFCD0002" + "00000007" + "0000000C", DropReason.RtcpMalformed)]
    [InlineData("AECD0002" + "00000007" + "00000001", DropReason.RtcpMalformed)]
    // The second packet is bad: so is the compound.
    [InlineData("80CB0000" + "00CB0000", DropReason.RtcpBadVersion)]
    [InlineData("80CB0000" + "80CB0001", DropReason.RtcpTruncated)]
    [InlineData("80CB0000" + "80", DropReason.RtcpTruncated)]
    [InlineData("", DropReason.RtcpTruncated)]
    public void Malformed_compounds_are_named(string hex, DropReason expected) =>
        Assert.Equal(expected, RtcpCompoundReader.TryParse(Convert.FromHexString(hex), out _));

    [Fact]
    public void Padding_is_not_part_of_the_body()
    {
        RtcpPacket packet = RtcpSamples.Single(Convert.FromHexString("A1CB0002" + "00000007" + "00000004"));
        Assert.Equal([0, 0, 0, 7], packet.Body.ToArray());
    }

    [Fact]
    public void The_number_of_packets_is_bounded()
    {
        byte[] bytes = new byte[(RtcpCompoundReader.PacketsMax + 1) * 4];
        for (int i = 0; i < bytes.Length; i += 4)
        {
            RtcpHeader.Write(bytes.AsSpan(i), RtcpPacketType.Bye, 0, 4);
        }

        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(bytes.AsSpan(4), out _));
        Assert.Equal(DropReason.RtcpMalformed, RtcpCompoundReader.TryParse(bytes, out _));
    }

    [Fact]
    public void Only_cuts_between_packets_are_accepted() =>
        Assert.Equal(8, WireFuzz.Truncate(RtcpSamples.Everything(), RtcpSamples.ReadAll));

    [Fact]
    public void Damaged_compounds_never_throw()
    {
        byte[] everything = RtcpSamples.Everything();
        var seeds = new List<byte[]> { everything };
        Assert.Equal(DropReason.None, RtcpCompoundReader.TryParse(everything, out RtcpCompoundReader compound));
        int offset = 0;
        foreach (RtcpPacket packet in compound)
        {
            int length = packet.Body.Length + RtcpHeader.Length;
            seeds.Add(everything[offset..(offset + length)]);
            offset += length;
        }

        WireFuzz.Mutate(seed: 4585, rounds: 300_000, RtcpSamples.ReadAll, [.. seeds]);
    }

    [Fact]
    public void Reading_everything_allocates_nothing()
    {
        byte[] everything = RtcpSamples.Everything();
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            RtcpCompoundReader.TryParse(everything, out RtcpCompoundReader compound);
            foreach (RtcpPacket packet in compound)
            {
                SenderReportReader.TryParse(packet, out _);
                if (NackReader.TryParse(packet, out NackReader nack) == DropReason.None)
                {
                    while (nack.TryReadNext(out _))
                    {
                    }
                }
            }
        }));
    }

    [Fact]
    public void Writing_everything_allocates_nothing()
    {
        byte[] buffer = new byte[256];
        var blocks = new[] { RtcpSamples.Block };

        // Arrays made beforehand: unoptimised code allocates for spans of constants wider than a byte.
        ushort[] numbers = [1, 2, 3];
        uint[] sources = [1];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() =>
        {
            SenderReportWriter.Write(buffer, 1, default, 2, 3, 4, blocks);
            ReceiverReportWriter.Write(buffer, 1, blocks);
            SdesWriter.WriteCname(buffer, 1, "cname"u8);
            NackWriter.Write(buffer, 1, 2, numbers, out _);
            PliWriter.Write(buffer, 1, 2);
            FirWriter.Write(buffer, 1, 2, 3);
            RembWriter.Write(buffer, 1, 1_000_000, sources);
            ByeWriter.Write(buffer, sources);
        }));
    }
}

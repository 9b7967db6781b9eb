using System.Buffers;
using Relay.Core.Safety.Voice;
using Xunit;

namespace Relay.Core.Tests.Safety.Voice;

public sealed class OggPageWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Fact]
    public void Packets_of_every_length_come_back()
    {
        OggPageWriter writer = new(_output, 7);
        byte[][] packets = [.. new[] { 0, 1, 254, 255, 256, 509, 510, 511, 1500 }.Select(length => new byte[length])];
        foreach (byte[] packet in packets)
        {
            new Random(packet.Length).NextBytes(packet);
            writer.Add(packet);
        }

        writer.Flush(-1, isLast: true);
        OggReader.Page page = Assert.Single(OggReader.Read(_output.WrittenSpan.ToArray()));
        Assert.Equal(packets, page.Packets);
        Assert.Equal((6, -1L, 7u, 0u), (page.Flags, page.Granule, page.Serial, page.Number));
    }

    [Fact]
    public void Pages_are_numbered_and_the_first_and_the_last_marked()
    {
        OggPageWriter writer = new(_output, uint.MaxValue);
        for (int i = 0; i < 3; i++)
        {
            writer.Add([(byte)i]);
            writer.Flush(i * 1_000_000_000_000, isLast: i == 2);
        }

        List<OggReader.Page> pages = OggReader.Read(_output.WrittenSpan.ToArray());
        Assert.Equal([2, 0, 4], pages.Select(p => p.Flags));
        Assert.Equal([0u, 1u, 2u], pages.Select(p => p.Number));
        Assert.Equal([0, 1_000_000_000_000, 2_000_000_000_000], pages.Select(p => p.Granule));
    }

    [Fact]
    public void A_page_has_room_for_255_lengths()
    {
        OggPageWriter writer = new(_output, 1);
        Assert.True(writer.HasRoom(OggPageWriter.PacketMax));
        Assert.False(writer.HasRoom(OggPageWriter.PacketMax + 1));
        for (int i = 0; i < 254; i++)
        {
            writer.Add([1]);
        }

        Assert.True(writer.HasRoom(254));
        Assert.False(writer.HasRoom(255));
        writer.Add(new byte[254]);
        Assert.False(writer.HasRoom(0));
        writer.Flush(0, isLast: false);
        Assert.True(writer.HasRoom(OggPageWriter.PacketMax));
        writer.Add(new byte[OggPageWriter.PacketMax]);
        writer.Flush(0, isLast: true);
        Assert.Equal([255, 1], OggReader.Read(_output.WrittenSpan.ToArray()).Select(p => p.Packets.Count));
    }
}

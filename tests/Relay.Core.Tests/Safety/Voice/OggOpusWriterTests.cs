using System.Buffers;
using Relay.Core.Safety.Voice;
using Xunit;

namespace Relay.Core.Tests.Safety.Voice;

public sealed class OggOpusWriterTests
{
    private readonly ArrayBufferWriter<byte> _output = new();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_headers_stand_on_pages_of_their_own(bool isStereo)
    {
        OggOpusWriter writer = new(_output, 9, isStereo);
        writer.Add([0x78, 1, 2]);
        writer.Finish();
        List<OggReader.Page> pages = OggReader.Read(_output.WrittenSpan.ToArray());
        Assert.Equal(3, pages.Count);
        byte[] head = [.. "OpusHead"u8, 1, (byte)(isStereo ? 2 : 1), 0x00, 0x0F, 0x80, 0xBB, 0, 0, 0, 0, 0];
        Assert.Equal(head, Assert.Single(pages[0].Packets));
        Assert.Equal([.. "OpusTags"u8, 5, 0, 0, 0, .. "relay"u8, 0, 0, 0, 0], Assert.Single(pages[1].Packets));
        Assert.Equal([2, 0, 4], pages.Select(p => p.Flags));
        Assert.Equal([0, 0, 960], pages.Select(p => p.Granule));
    }

    [Fact]
    public void A_page_sounds_for_a_second()
    {
        OggOpusWriter writer = new(_output, 9, isStereo: false);
        for (int i = 0; i < 120; i++)
        {
            writer.Add([0x78, (byte)i]);
        }

        writer.Finish();
        List<OggReader.Page> pages = OggReader.Read(_output.WrittenSpan.ToArray());
        Assert.Equal([50, 50, 20], pages[2..].Select(p => p.Packets.Count));
        Assert.Equal([48_000, 96_000, 115_200], pages[2..].Select(p => p.Granule));
        Assert.Equal(Enumerable.Range(0, 120), pages[2..].SelectMany(p => p.Packets).Select(p => (int)p[1]));
    }

    [Fact]
    public void Long_packets_begin_a_page_when_the_last_is_full()
    {
        OggOpusWriter writer = new(_output, 9, isStereo: false);
        byte[] packet = new byte[1500];
        packet[0] = 0x80;
        for (int i = 0; i < 50; i++)
        {
            writer.Add(packet);
        }

        writer.Finish();
        List<OggReader.Page> pages = OggReader.Read(_output.WrittenSpan.ToArray());
        Assert.Equal([42, 8], pages[2..].Select(p => p.Packets.Count));
        Assert.Equal([42 * 120, 50 * 120], pages[2..].Select(p => p.Granule));
    }
}

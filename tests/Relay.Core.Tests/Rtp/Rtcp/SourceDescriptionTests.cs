using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class SourceDescriptionTests
{
    [Theory]
    // The end item and its padding fill one to four bytes.
    [InlineData("", "81CA0002" + "A0A1A2A3" + "01000000")]
    [InlineData("a", "81CA0002" + "A0A1A2A3" + "01016100")]
    [InlineData("ab", "81CA0003" + "A0A1A2A3" + "01026162" + "00000000")]
    [InlineData("abc", "81CA0003" + "A0A1A2A3" + "01036162" + "63000000")]
    public void A_cname_is_written_to_the_bit(string cname, string expected)
    {
        byte[] bytes = new byte[SdesWriter.GetLength(cname.Length)];
        bytes.AsSpan().Fill(0xEE);
        Assert.Equal(bytes.Length, SdesWriter.WriteCname(bytes, 0xA0A1A2A3, Encoding.UTF8.GetBytes(cname)));
        Assert.Equal(expected, Convert.ToHexString(bytes));
    }

    [Fact]
    public void Cnames_of_every_length_are_read_back()
    {
        for (int length = 0; length <= SdesWriter.CnameMaxLength; length++)
        {
            byte[] cname = new byte[length];
            cname.AsSpan().Fill((byte)'x');
            byte[] bytes = new byte[SdesWriter.GetLength(length)];
            SdesWriter.WriteCname(bytes, (uint)length, cname);
            Assert.Equal(DropReason.None, SdesReader.TryParse(RtcpSamples.Single(bytes), out SdesReader reader));
            Assert.True(reader.TryReadNext(out uint ssrc, out ReadOnlySpan<byte> read));
            Assert.Equal((uint)length, ssrc);
            Assert.Equal(cname, read);
            Assert.False(reader.TryReadNext(out _, out _));
        }
    }

    [Fact]
    public void Chunks_are_walked_and_other_items_skipped()
    {
        // First chunk: NAME (2) "n", CNAME "cn"; second: TOOL (6) only; third: nothing.
        byte[] bytes = Convert.FromHexString(
            "83CA0007" + "00000001" + "02016E01" + "02636E00" + "00000002" + "06017400" + "00000003" + "00000000");
        Assert.Equal(DropReason.None, SdesReader.TryParse(RtcpSamples.Single(bytes), out SdesReader reader));
        Assert.True(reader.TryReadNext(out uint first, out ReadOnlySpan<byte> cname));
        Assert.Equal(1u, first);
        Assert.Equal("cn"u8, cname);
        Assert.True(reader.TryReadNext(out uint second, out cname));
        Assert.Equal(2u, second);
        Assert.True(cname.IsEmpty);
        Assert.True(reader.TryReadNext(out uint third, out _));
        Assert.Equal(3u, third);
        Assert.False(reader.TryReadNext(out _, out _));
    }

    [Theory]
    // No chunk though one is promised; no end item; an item past the end; an item without its length; another type.
    [InlineData("81CA0000")]
    [InlineData("81CA0001" + "00000001")]
    [InlineData("81CA0002" + "00000001" + "01026162")]
    [InlineData("81CA0002" + "00000001" + "01FF6162")]
    [InlineData("81CA0002" + "00000001" + "01016101")]
    [InlineData("82CA0002" + "00000001" + "01016100")]
    [InlineData("81CB0002" + "00000001" + "01016100")]
    public void Malformed_chunks_are_refused(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, SdesReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));

    [Fact]
    public void A_cname_that_is_too_long_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => SdesWriter.WriteCname(new byte[512], 1, new byte[256]));
}

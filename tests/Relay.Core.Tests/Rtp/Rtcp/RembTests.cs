using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class RembTests
{
    [Fact]
    public void It_is_written_and_read_back()
    {
        byte[] bytes = new byte[RembWriter.GetLength(2)];

        // 1,000,000 = 250,000 << 2, and 250,000 is 0x3D090.
        Assert.Equal(28, RembWriter.Write(bytes, 0xA0A1A2A3, 1_000_000, [7, 8]));
        Assert.Equal(
            "8FCE0006" + "A0A1A2A3" + "00000000" + "52454D42" + "020BD090" + "00000007" + "00000008",
            Convert.ToHexString(bytes));
        Assert.Equal(DropReason.None, RembReader.TryParse(RtcpSamples.Single(bytes), out RembReader remb));
        Assert.Equal(0xA0A1A2A3u, remb.SenderSsrc);
        Assert.Equal(1_000_000UL, remb.BitrateBitsPerSecond);
        Assert.Equal(2, remb.SsrcCount);
        Assert.Equal(7u, remb.GetSsrc(0));
        Assert.Equal(8u, remb.GetSsrc(1));
    }

    [Theory]
    [InlineData(0UL, 0UL)]
    [InlineData(1UL, 1UL)]
    [InlineData(0x3FFFFUL, 0x3FFFFUL)]
    [InlineData(0x40001UL, 0x40000UL)]
    [InlineData(ulong.MaxValue, 0xFFFF_C000_0000_0000UL)]
    public void The_bitrate_keeps_18_significant_bits(ulong bitrate, ulong expected)
    {
        byte[] bytes = new byte[RembWriter.GetLength(0)];
        RembWriter.Write(bytes, 1, bitrate, []);
        Assert.Equal(DropReason.None, RembReader.TryParse(RtcpSamples.Single(bytes), out RembReader remb));
        Assert.Equal(expected, remb.BitrateBitsPerSecond);
    }

    [Theory]
    // Exponent 63 with the mantissas 0, 1 and 2.
    [InlineData("00FC0000", 0UL)]
    [InlineData("00FC0001", 1UL << 63)]
    [InlineData("00FC0002", ulong.MaxValue)]
    [InlineData("00FFFFFF", ulong.MaxValue)]
    public void A_bitrate_beyond_64_bits_saturates(string word, ulong expected)
    {
        byte[] bytes = Convert.FromHexString("8FCE0004" + "00000001" + "00000000" + "52454D42" + word);
        Assert.Equal(DropReason.None, RembReader.TryParse(RtcpSamples.Single(bytes), out RembReader remb));
        Assert.Equal(expected, remb.BitrateBitsPerSecond);
    }

    [Theory]
    // Another identifier; one source promised, none there; no bitrate; another format.
    [InlineData("8FCE0004" + "00000001" + "00000000" + "52454D43" + "00000001")]
    [InlineData("8FCE0004" + "00000001" + "00000000" + "52454D42" + "01000001")]
    [InlineData("8FCE0003" + "00000001" + "00000000" + "52454D42")]
    [InlineData("8ECE0004" + "00000001" + "00000000" + "52454D42" + "00000001")]
    public void What_is_short_or_another_kind_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, RembReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));
}

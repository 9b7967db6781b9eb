using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class ByeTests
{
    [Fact]
    public void Sources_are_written_and_read_back()
    {
        byte[] bytes = new byte[ByeWriter.GetLength(2)];
        Assert.Equal(12, ByeWriter.Write(bytes, [0xA0A1A2A3, 7]));
        Assert.Equal("82CB0002" + "A0A1A2A3" + "00000007", Convert.ToHexString(bytes));
        Assert.Equal(DropReason.None, ByeReader.TryParse(RtcpSamples.Single(bytes), out ByeReader bye));
        Assert.Equal(2, bye.SsrcCount);
        Assert.Equal(0xA0A1A2A3u, bye.GetSsrc(0));
        Assert.Equal(7u, bye.GetSsrc(1));
        Assert.True(bye.Reason.IsEmpty);
    }

    [Fact]
    public void The_reason_is_read()
    {
        byte[] bytes = Convert.FromHexString("81CB0002" + "00000007" + "02627900");
        Assert.Equal(DropReason.None, ByeReader.TryParse(RtcpSamples.Single(bytes), out ByeReader bye));
        Assert.Equal("by"u8, bye.Reason);
    }

    [Theory]
    [InlineData("81CB0000")]
    [InlineData("82CB0001" + "00000007")]
    [InlineData("81CB0002" + "00000007" + "04627900")]
    [InlineData("81CA0001" + "00000007")]
    public void What_is_short_or_another_type_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, ByeReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));
}

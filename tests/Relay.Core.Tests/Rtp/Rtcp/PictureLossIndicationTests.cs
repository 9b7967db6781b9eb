using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class PictureLossIndicationTests
{
    [Fact]
    public void It_is_written_and_read_back()
    {
        byte[] bytes = new byte[PliWriter.Length];
        Assert.Equal(12, PliWriter.Write(bytes, 0xA0A1A2A3, 7));
        Assert.Equal("81CE0002" + "A0A1A2A3" + "00000007", Convert.ToHexString(bytes));
        Assert.Equal(DropReason.None, PliReader.TryParse(RtcpSamples.Single(bytes), out PliReader pli));
        Assert.Equal(0xA0A1A2A3u, pli.SenderSsrc);
        Assert.Equal(7u, pli.MediaSsrc);
    }

    [Theory]
    [InlineData("81CE0001" + "00000001")]
    [InlineData("81CD0002" + "00000001" + "00000002")]
    [InlineData("84CE0002" + "00000001" + "00000002")]
    public void What_is_short_or_another_kind_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, PliReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));
}

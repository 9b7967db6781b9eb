using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class FullIntraRequestTests
{
    [Fact]
    public void It_is_written_and_read_back()
    {
        byte[] bytes = new byte[FirWriter.Length];
        Assert.Equal(20, FirWriter.Write(bytes, 0xA0A1A2A3, 7, 200));
        Assert.Equal("84CE0004" + "A0A1A2A3" + "00000000" + "00000007" + "C8000000", Convert.ToHexString(bytes));
        Assert.Equal(DropReason.None, FirReader.TryParse(RtcpSamples.Single(bytes), out FirReader fir));
        Assert.Equal(0xA0A1A2A3u, fir.SenderSsrc);
        Assert.Equal(1, fir.EntryCount);
        Assert.Equal(new FirEntry(7, 200), fir.GetEntry(0));
    }

    [Fact]
    public void All_targets_are_read()
    {
        byte[] bytes = Convert.FromHexString(
            "84CE0006" + "00000001" + "00000000" + "00000007" + "01000000" + "00000008" + "02FFFFFF");
        Assert.Equal(DropReason.None, FirReader.TryParse(RtcpSamples.Single(bytes), out FirReader fir));
        Assert.Equal(2, fir.EntryCount);
        Assert.Equal(new FirEntry(7, 1), fir.GetEntry(0));
        Assert.Equal(new FirEntry(8, 2), fir.GetEntry(1));
    }

    [Fact]
    public void The_number_of_targets_is_bounded()
    {
        byte[] bytes = new byte[12 + (FirReader.EntriesMax + 1) * 8];
        RtcpHeader.Write(bytes, RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest, bytes.Length);
        Assert.Equal(DropReason.None, FirReader.TryParse(RtcpSamples.Single(bytes), out FirReader fir));
        Assert.Equal(FirReader.EntriesMax, fir.EntryCount);
    }

    [Theory]
    [InlineData("84CE0002" + "00000001" + "00000000")]
    [InlineData("84CE0003" + "00000001" + "00000000" + "00000007")]
    [InlineData("81CE0004" + "00000001" + "00000000" + "00000007" + "01000000")]
    public void What_is_short_or_another_kind_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, FirReader.TryParse(RtcpSamples.Single(Convert.FromHexString(hex)), out _));
}

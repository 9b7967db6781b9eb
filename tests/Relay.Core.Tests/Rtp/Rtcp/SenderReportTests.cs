using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class SenderReportTests
{
    private const string Hex =
        "80C80006" + "A0A1A2A3" + "0102030405060708" + "090A0B0C" + "00000064" + "0000ABCD";

    [Fact]
    public void Every_field_is_read()
    {
        Assert.Equal(DropReason.None, Parse(Convert.FromHexString(Hex), out SenderReportReader report));
        Assert.Equal(0xA0A1A2A3u, report.Ssrc);
        Assert.Equal(0x0102030405060708UL, report.Ntp.Value);
        Assert.Equal(0x090A0B0Cu, report.RtpTimestamp);
        Assert.Equal(100u, report.PacketCount);
        Assert.Equal(0xABCDu, report.OctetCount);
        Assert.Equal(0, report.ReportBlockCount);
    }

    [Fact]
    public void Every_field_is_written()
    {
        byte[] bytes = new byte[SenderReportWriter.GetLength(0)];
        int length = SenderReportWriter.Write(bytes, 0xA0A1A2A3, new NtpTimestamp(0x0102030405060708), 0x090A0B0C, 100, 0xABCD);
        Assert.Equal(28, length);
        Assert.Equal(Hex, Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    public void Blocks_are_read_back(int count)
    {
        var blocks = new ReportBlock[count];
        for (int i = 0; i < count; i++)
        {
            blocks[i] = RtcpSamples.Block with { Ssrc = (uint)i };
        }

        byte[] bytes = new byte[SenderReportWriter.GetLength(count)];
        Assert.Equal(bytes.Length, SenderReportWriter.Write(bytes, 1, default, 2, 3, 4, blocks));
        Assert.Equal(DropReason.None, Parse(bytes, out SenderReportReader report));
        Assert.Equal(count, report.ReportBlockCount);
        for (int i = 0; i < count; i++)
        {
            Assert.Equal(blocks[i], report.GetReportBlock(i));
        }
    }

    [Theory]
    // One block promised, none there.
    [InlineData("81C80006" + "00000001" + "0000000000000000" + "00000000" + "00000000" + "00000000")]
    // Without the octet count.
    [InlineData("80C80005" + "00000001" + "0000000000000000" + "00000000" + "00000000")]
    [InlineData("80C80000")]
    // A receiver report.
    [InlineData("80C90006" + "00000001" + "0000000000000000" + "00000000" + "00000000" + "00000000")]
    public void What_is_short_or_another_type_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, Parse(Convert.FromHexString(hex), out _));

    [Fact]
    public void Profile_data_after_the_blocks_is_tolerated()
    {
        string extended = Hex.Replace("80C80006", "80C80007", StringComparison.Ordinal) + "DEADBEEF";
        Assert.Equal(DropReason.None, Parse(Convert.FromHexString(extended), out SenderReportReader report));
        Assert.Equal(0xABCDu, report.OctetCount);
    }

    private static DropReason Parse(byte[] bytes, out SenderReportReader report) =>
        SenderReportReader.TryParse(RtcpSamples.Single(bytes), out report);
}

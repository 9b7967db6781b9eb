using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class ReceiverReportTests
{
    private const string Hex =
        "81C90007" + "A0A1A2A3" + "11111111" + "19FFFFFD" + "0001FFFE" + "0000004D" + "B7052000" + "00054000";

    [Fact]
    public void Every_field_is_read()
    {
        Assert.Equal(DropReason.None, Parse(Convert.FromHexString(Hex), out ReceiverReportReader report));
        Assert.Equal(0xA0A1A2A3u, report.Ssrc);
        Assert.Equal(1, report.ReportBlockCount);
        Assert.Equal(RtcpSamples.Block, report.GetReportBlock(0));
    }

    [Fact]
    public void Every_field_is_written()
    {
        byte[] bytes = new byte[ReceiverReportWriter.GetLength(1)];
        Assert.Equal(32, ReceiverReportWriter.Write(bytes, 0xA0A1A2A3, [RtcpSamples.Block]));
        Assert.Equal(Hex, Convert.ToHexString(bytes));
    }

    [Fact]
    public void A_report_may_be_empty()
    {
        byte[] bytes = new byte[ReceiverReportWriter.GetLength(0)];
        Assert.Equal(8, ReceiverReportWriter.Write(bytes, 5, []));
        Assert.Equal(DropReason.None, Parse(bytes, out ReceiverReportReader report));
        Assert.Equal(5u, report.Ssrc);
        Assert.Equal(0, report.ReportBlockCount);
    }

    [Theory]
    [InlineData("81C90001" + "00000001")]
    [InlineData("80C90000")]
    [InlineData("80C80001" + "00000001")]
    public void What_is_short_or_another_type_is_malformed(string hex) =>
        Assert.Equal(DropReason.RtcpMalformed, Parse(Convert.FromHexString(hex), out _));

    private static DropReason Parse(byte[] bytes, out ReceiverReportReader report) =>
        ReceiverReportReader.TryParse(RtcpSamples.Single(bytes), out report);
}

using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class ReportBlockTests
{
    private const string Hex = "11111111" + "19FFFFFD" + "0001FFFE" + "0000004D" + "B7052000" + "00054000";

    [Fact]
    public void Every_field_is_read() => Assert.Equal(RtcpSamples.Block, ReportBlock.Read(Convert.FromHexString(Hex)));

    [Fact]
    public void Every_field_is_written()
    {
        byte[] bytes = new byte[ReportBlock.Length];
        RtcpSamples.Block.Write(bytes);
        Assert.Equal(Hex, Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(0x7F_FFFF, 0x7F_FFFF)]
    [InlineData(0x80_0000, 0x7F_FFFF)]
    [InlineData(int.MaxValue, 0x7F_FFFF)]
    [InlineData(-0x80_0000, -0x80_0000)]
    [InlineData(-0x80_0001, -0x80_0000)]
    [InlineData(int.MinValue, -0x80_0000)]
    public void The_loss_is_a_clamped_signed_24_bit_number(int lost, int expected)
    {
        byte[] bytes = new byte[ReportBlock.Length];
        (RtcpSamples.Block with { CumulativeLost = lost }).Write(bytes);
        ReportBlock read = ReportBlock.Read(bytes);
        Assert.Equal(expected, read.CumulativeLost);
        Assert.Equal(RtcpSamples.Block.FractionLost, read.FractionLost);
    }
}

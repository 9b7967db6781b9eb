using Relay.Core.Diagnostics;
using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class RtcpHeaderTests
{
    [Fact]
    public void Every_field_is_read()
    {
        byte[] bytes = Convert.FromHexString("A1C80001" + "00000004" + "FF");
        Assert.Equal(DropReason.None, RtcpHeader.TryParse(bytes, out RtcpHeader header));
        Assert.Equal(new RtcpHeader(RtcpPacketType.SenderReport, 1, HasPadding: true, 8), header);
    }

    [Fact]
    public void What_is_written_is_read_back()
    {
        byte[] bytes = new byte[12];
        RtcpHeader.Write(bytes, RtcpPacketType.TransportFeedback, 31, 12);
        Assert.Equal("9FCD0002", Convert.ToHexString(bytes, 0, 4));
        Assert.Equal(DropReason.None, RtcpHeader.TryParse(bytes, out RtcpHeader header));
        Assert.Equal(new RtcpHeader(RtcpPacketType.TransportFeedback, 31, HasPadding: false, 12), header);
    }

    [Theory]
    [InlineData("80C800", DropReason.RtcpTruncated)]
    [InlineData("", DropReason.RtcpTruncated)]
    [InlineData("40C80000", DropReason.RtcpBadVersion)]
    [InlineData("C0C80000", DropReason.RtcpBadVersion)]
    [InlineData("80C80001", DropReason.RtcpTruncated)]
    [InlineData("80C8FFFF", DropReason.RtcpTruncated)]
    [InlineData("80C80000", DropReason.None)]
    public void Malformed_headers_are_named(string hex, DropReason expected) =>
        Assert.Equal(expected, RtcpHeader.TryParse(Convert.FromHexString(hex), out _));

    [Theory]
    [InlineData(191, false)]
    [InlineData(192, true)]
    [InlineData(200, true)]
    [InlineData(223, true)]
    // Payload type 96 with and without the marker.
    [InlineData(224, false)]
    [InlineData(96, false)]
    public void Rtcp_is_told_from_rtp_by_the_second_byte(int second, bool expected) =>
        Assert.Equal(expected, RtcpHeader.IsRtcp([0x80, (byte)second]));

    [Fact]
    public void One_byte_is_no_rtcp() => Assert.False(RtcpHeader.IsRtcp([0x80]));

    [Theory]
    [InlineData(32, 4)]
    [InlineData(-1, 4)]
    [InlineData(0, 6)]
    public void A_header_that_cannot_be_is_a_bug(int count, int length) =>
        Assert.Throws<InvalidOperationException>(() => RtcpHeader.Write(new byte[4], RtcpPacketType.Bye, count, length));
}

using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class FeedbackHeaderTests
{
    [Fact]
    public void Both_sources_are_written_and_read_back()
    {
        byte[] bytes = new byte[12];
        new FeedbackHeader(0xA0A1A2A3, 7).Write(bytes, RtcpPacketType.TransportFeedback, FeedbackFormat.TransportCc, 12);
        Assert.Equal("8FCD0002" + "A0A1A2A3" + "00000007", Convert.ToHexString(bytes));
        RtcpPacket packet = RtcpSamples.Single(bytes);
        Assert.True(FeedbackHeader.TryRead(
            packet, RtcpPacketType.TransportFeedback, FeedbackFormat.TransportCc, out FeedbackHeader header));
        Assert.Equal(new FeedbackHeader(0xA0A1A2A3, 7), header);
    }

    [Theory]
    [InlineData("8ECD0002" + "00000001" + "00000002")]
    [InlineData("8FCE0002" + "00000001" + "00000002")]
    [InlineData("8FCD0001" + "00000001")]
    public void Another_format_another_type_and_short_packets_are_refused(string hex)
    {
        RtcpPacket packet = RtcpSamples.Single(Convert.FromHexString(hex));
        Assert.False(FeedbackHeader.TryRead(packet, RtcpPacketType.TransportFeedback, FeedbackFormat.TransportCc, out _));
    }
}

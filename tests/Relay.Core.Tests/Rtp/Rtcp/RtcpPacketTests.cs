using Relay.Core.Rtp.Rtcp;
using Xunit;

namespace Relay.Core.Tests.Rtp.Rtcp;

public class RtcpPacketTests
{
    [Fact]
    public void The_count_of_a_feedback_packet_is_its_format()
    {
        var header = new RtcpHeader(RtcpPacketType.PayloadFeedback, FeedbackFormat.FullIntraRequest, HasPadding: false, 8);
        var packet = new RtcpPacket(header, [1, 2, 3, 4]);
        Assert.Equal(RtcpPacketType.PayloadFeedback, packet.Type);
        Assert.Equal(4, packet.Count);
        Assert.Equal(FeedbackFormat.FullIntraRequest, packet.Format);
        Assert.Equal([1, 2, 3, 4], packet.Body.ToArray());
    }
}

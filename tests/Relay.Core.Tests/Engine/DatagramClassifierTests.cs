using Relay.Core.Engine;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class DatagramClassifierTests
{
    [Fact]
    public void Every_first_byte_goes_where_RFC_7983_says_and_old_channels_too()
    {
        for (int first = 0; first < 256; first++)
        {
            DatagramKind expected = first switch
            {
                <= 3 => DatagramKind.Stun,
                >= 20 and <= 63 => DatagramKind.Dtls,
                >= 64 and <= 127 => DatagramKind.ChannelData,
                >= 128 and <= 191 => DatagramKind.Rtp,
                _ => DatagramKind.Unknown,
            };
            Assert.Equal(expected, DatagramClassifier.Classify([(byte)first]));
            Assert.Equal(expected, DatagramClassifier.Classify([(byte)first, 0]));
            Assert.Equal(expected, DatagramClassifier.Classify([(byte)first, 111, 0, 0]));
        }
    }

    [Fact]
    public void The_second_byte_tells_RTCP_from_RTP_as_RFC_5761_says()
    {
        for (int first = 0; first < 256; first++)
        {
            for (int second = 0; second < 256; second++)
            {
                bool isRtcp = first is >= 128 and <= 191 && second is >= 192 and <= 223;
                Assert.Equal(isRtcp, DatagramClassifier.Classify([(byte)first, (byte)second]) == DatagramKind.Rtcp);
            }
        }
    }

    [Fact]
    public void Nothing_is_nothing()
    {
        Assert.Equal(DatagramKind.Unknown, DatagramClassifier.Classify([]));
    }
}

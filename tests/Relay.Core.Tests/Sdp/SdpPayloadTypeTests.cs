using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpPayloadTypeTests
{
    [Fact]
    public void An_encoding_is_compared_without_case_and_with_its_clock()
    {
        var payloadType = new SdpPayloadType(96) { EncodingName = "vp8", ClockRate = 90000 };

        Assert.True(payloadType.Is("VP8", 90000));
        Assert.False(payloadType.Is("VP8", 48000));
        Assert.False(payloadType.Is("VP9", 90000));
    }
}

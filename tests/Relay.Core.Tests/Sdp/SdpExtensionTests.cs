using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpExtensionTests
{
    [Theory]
    [InlineData(SdpExtension.Mid, "urn:ietf:params:rtp-hdrext:sdes:mid")]
    [InlineData(SdpExtension.AbsSendTime, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")]
    [InlineData(SdpExtension.VideoOrientation, "urn:3gpp:video-orientation")]
    public void Accepted_extensions_go_both_ways(SdpExtension extension, string uri)
    {
        Assert.Equal(extension, SdpExtensions.Parse(uri, SdpMediaKind.Video));
        Assert.Equal(uri, SdpExtensions.Uri(extension));
    }

    [Theory]
    [InlineData("urn:ietf:params:rtp-hdrext:ssrc-audio-level")]
    [InlineData("urn:ietf:params:rtp-hdrext:csrc-audio-level")]
    [InlineData("urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id")]
    [InlineData("urn:ietf:params:rtp-hdrext:toffset")]
    [InlineData("http://www.webrtc.org/experiments/rtp-hdrext/playout-delay")]
    [InlineData("")]
    public void Everything_else_is_refused(string uri)
    {
        Assert.Equal(SdpExtension.None, SdpExtensions.Parse(uri, SdpMediaKind.Audio));
        Assert.Equal(SdpExtension.None, SdpExtensions.Parse(uri, SdpMediaKind.Video));
    }

    [Fact]
    public void Video_orientation_is_for_video() =>
        Assert.Equal(SdpExtension.None, SdpExtensions.Parse("urn:3gpp:video-orientation", SdpMediaKind.Audio));
}

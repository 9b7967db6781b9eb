using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpExtensionTests
{
    [Theory]
    [InlineData(SdpExtension.Mid, "urn:ietf:params:rtp-hdrext:sdes:mid")]
    [InlineData(SdpExtension.AbsSendTime, "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time")]
    [InlineData(SdpExtension.VideoOrientation, "urn:3gpp:video-orientation")]
    [InlineData(SdpExtension.TransportCc, "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01")]
    [InlineData(SdpExtension.VideoContentType, "http://www.webrtc.org/experiments/rtp-hdrext/video-content-type")]
    public void Accepted_extensions_go_both_ways(SdpExtension extension, string uri)
    {
        Assert.Equal(extension, SdpExtensions.Parse(uri, SdpMediaKind.Video));
        Assert.Equal(uri, SdpExtensions.Uri(extension));
    }

    [Theory]
    [InlineData("http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time")]
    [InlineData("http://www.webrtc.org/experiments/rtp-hdrext/video-timing")]
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

    [Theory]
    [InlineData("urn:3gpp:video-orientation", SdpMediaKind.Audio, SdpExtension.None)]
    [InlineData("http://www.webrtc.org/experiments/rtp-hdrext/video-content-type", SdpMediaKind.Audio, SdpExtension.None)]
    [InlineData("urn:ietf:params:rtp-hdrext:ssrc-audio-level", SdpMediaKind.Video, SdpExtension.None)]
    [InlineData("urn:ietf:params:rtp-hdrext:ssrc-audio-level", SdpMediaKind.Audio, SdpExtension.AudioLevel)]
    public void Some_are_for_one_kind_of_media(string uri, SdpMediaKind kind, SdpExtension expected) =>
        Assert.Equal(expected, SdpExtensions.Parse(uri, kind));
}

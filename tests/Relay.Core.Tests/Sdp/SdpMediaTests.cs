using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpMediaTests
{
    [Theory]
    [InlineData("audio", SdpMediaKind.Audio)]
    [InlineData("video", SdpMediaKind.Video)]
    [InlineData("application", SdpMediaKind.Application)]
    [InlineData("text", SdpMediaKind.Other)]
    [InlineData("Audio", SdpMediaKind.Other)]
    public void The_kind_follows_the_media_field(string media, SdpMediaKind kind) => Assert.Equal(kind, Create(media, 9).Kind);

    [Fact]
    public void Port_0_is_a_rejection_unless_bundle_only()
    {
        Assert.False(Create("audio", 9).IsRejected);
        Assert.True(Create("audio", 0).IsRejected);
        SdpMedia bundleOnly = Create("audio", 0);
        bundleOnly.BundleOnly = true;
        Assert.False(bundleOnly.IsRejected);
    }

    [Theory]
    [InlineData("UDP/TLS/RTP/SAVPF", true)]
    [InlineData("TCP/DTLS/RTP/SAVPF", true)]
    [InlineData("RTP/SAVPF", true)]
    [InlineData("RTP/AVP", false)]
    [InlineData("UDP/DTLS/SCTP", false)]
    public void Only_dtls_srtp_with_feedback_is_usable(string protocol, bool expected) =>
        Assert.Equal(expected, new SdpMedia(1, "audio", 9, protocol, "111").IsRtpOverDtls);

    private static SdpMedia Create(string media, int port) => new(1, media, port, "UDP/TLS/RTP/SAVPF", "111");
}

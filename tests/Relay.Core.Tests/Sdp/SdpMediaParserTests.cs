using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpMediaParserTests
{
    private readonly SdpError _error = new();

    [Theory]
    [InlineData("")]
    [InlineData("audio")]
    [InlineData("audio 9")]
    [InlineData("audio 9 UDP/TLS/RTP/SAVPF")]
    [InlineData("audio 65536 UDP/TLS/RTP/SAVPF 111")]
    [InlineData("audio x UDP/TLS/RTP/SAVPF 111")]
    [InlineData("audio 9 UDP/TLS/RTP/SAVPF 128")]
    [InlineData("audio 9 UDP/TLS/RTP/SAVPF opus")]
    [InlineData("audio 9 UDP=TLS 111")]
    [InlineData("a:b 9 UDP/TLS/RTP/SAVPF 111")]
    [InlineData("application 9 UDP/DTLS/SCTP web:rtc")]
    public void A_malformed_m_line_is_refused(string value)
    {
        Assert.Null(SdpMediaParser.Start(value, 5, _error));
        Assert.Equal(SdpProblem.Malformed, _error.Problem);
        Assert.StartsWith("Line 5: ", _error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void An_m_line_is_read_field_by_field()
    {
        SdpMedia media = Start("video 9/2  UDP/TLS/RTP/SAVPF  97 96  97").Media;

        Assert.Equal((5, 9, "UDP/TLS/RTP/SAVPF", "97 96 97"), (media.LineNumber, media.Port, media.Protocol, media.Formats));
        Assert.Equal([97, 96], media.PayloadTypes.Select(p => (int)p.Number));
    }

    [Fact]
    public void The_number_of_formats_is_bounded()
    {
        Assert.NotNull(
            SdpMediaParser.Start("x 9 y" + string.Concat(Enumerable.Repeat(" 1", SdpLimits.PayloadTypesMax)), 1, _error));
        Assert.Null(
            SdpMediaParser.Start("x 9 y" + string.Concat(Enumerable.Repeat(" 1", SdpLimits.PayloadTypesMax + 1)), 1, _error));
        Assert.Equal(SdpProblem.TooLarge, _error.Problem);
    }

    [Theory]
    [InlineData("mid", "")]
    [InlineData("mid", "a b")]
    [InlineData("mid", "123456789012345678901234567890123")]
    [InlineData("rtpmap", "")]
    [InlineData("rtpmap", "96")]
    [InlineData("rtpmap", "96 VP8")]
    [InlineData("rtpmap", "96 VP8/")]
    [InlineData("rtpmap", "96 /90000")]
    [InlineData("rtpmap", "96 opus/48000/999")]
    [InlineData("rtpmap", "128 VP8/90000")]
    [InlineData("rtpmap", "96 VP8/4294967295")]
    [InlineData("fmtp", "x apt=96")]
    [InlineData("rtcp-fb", "nack pli")]
    [InlineData("ssrc", "x")]
    [InlineData("ssrc-group", "FID 1")]
    public void A_malformed_attribute_is_refused(string name, string value)
    {
        Assert.False(Start("video 9 UDP/TLS/RTP/SAVPF 96").TryApply(name, value, 8));
        Assert.StartsWith("Line 8: ", _error.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void Attributes_of_payload_types_that_are_not_listed_are_passed_over()
    {
        SdpMediaParser parser = Start("video 9 UDP/TLS/RTP/SAVPF 96");
        Apply(parser, "rtpmap", "97 VP9/90000");
        Apply(parser, "fmtp", "97 profile-id=0");
        Apply(parser, "rtcp-fb", "97 nack");
        Apply(parser, "x-unknown", "whatever");
        Apply(parser, "simulcast", "send q;h;f");
        Apply(parser, "rid", "q send");

        Assert.Equal(96, Assert.Single(parser.Media.PayloadTypes).Number);
    }

    [Fact]
    public void Feedback_for_all_payload_types_reaches_each()
    {
        SdpMediaParser parser = Start("video 9 UDP/TLS/RTP/SAVPF 96 97");
        Apply(parser, "rtcp-fb", "* nack");
        Apply(parser, "rtcp-fb", "97 nack pli");
        Apply(parser, "rtcp-fb", "97 trr-int 100");
        parser.Finish(new SdpSection());

        Assert.Equal(SdpFeedback.Nack, parser.Media.PayloadTypes[0].Feedback);
        Assert.Equal(SdpFeedback.Nack | SdpFeedback.NackPli, parser.Media.PayloadTypes[1].Feedback);
    }

    [Fact]
    public void Fmtp_of_a_data_channel_need_not_be_a_number()
    {
        SdpMediaParser parser = Start("application 9 UDP/DTLS/SCTP webrtc-datachannel");
        Apply(parser, "fmtp", "webrtc-datachannel max-message-size=100000");
    }

    private SdpMediaParser Start(string value)
    {
        SdpMediaParser? parser = SdpMediaParser.Start(value, 5, _error);
        Assert.True(parser is not null, _error.Detail);
        return parser;
    }

    private void Apply(SdpMediaParser parser, string name, string value) =>
        Assert.True(parser.TryApply(name, value, 1), _error.Detail);
}

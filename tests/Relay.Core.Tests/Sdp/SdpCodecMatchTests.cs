using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpCodecMatchTests
{
    private const string Mode1 = ";packetization-mode=1";

    [Fact]
    public void Codecs_come_in_the_relays_order()
    {
        List<NegotiatedCodec> codecs = Match(
            "video",
            "102 96",
            "a=rtpmap:102 H264/90000",
            "a=fmtp:102 profile-level-id=42e01f" + Mode1,
            "a=rtpmap:96 vp8/90000");

        Assert.Equal([(SdpCodecKind.Vp8, 96), (SdpCodecKind.H264, 102)], codecs.Select(c => (c.Kind, (int)c.PayloadType)));
        Assert.Equal(SdpH264Profile.ConstrainedBaseline, codecs[1].H264Profile);
        Assert.All(codecs, codec => Assert.Equal((90000u, 1), (codec.ClockRate, codec.Channels)));
    }

    [Fact]
    public void A_codec_that_the_parameters_leave_out_is_refused()
    {
        SdpAnswerParameters parameters = SdpOffers.Parameters with
        {
            Codecs = [SdpCodecKind.Opus, SdpCodecKind.H264, SdpCodecKind.H264],
        };
        List<NegotiatedCodec> codecs = Match(
            parameters,
            "video",
            "102 96",
            "a=rtpmap:102 H264/90000",
            "a=fmtp:102 profile-level-id=42e01f" + Mode1,
            "a=rtpmap:96 VP8/90000");

        Assert.Equal(SdpCodecKind.H264, Assert.Single(codecs).Kind);
    }

    [Theory]
    [InlineData("42001f" + Mode1, "42e01f" + Mode1, 2)]
    [InlineData("640c34" + Mode1, "42e034" + Mode1, 2)]
    [InlineData("42e01f", "640c1f" + Mode1, 2)]
    [InlineData("42e01f;packetization-mode=0", "4d001f" + Mode1, 2)]
    [InlineData("42e01f" + Mode1, "42e034" + Mode1, 1)]
    [InlineData("64001f" + Mode1, "640c1f" + Mode1, 2)]
    [InlineData("42e01f", "42001f", 0)]
    [InlineData("f4001f" + Mode1, "nonsense" + Mode1, 0)]
    public void One_h264_payload_type_is_chosen_by_mode_then_profile(string first, string second, int expected)
    {
        List<NegotiatedCodec> codecs = Match(
            "video",
            "1 2",
            "a=rtpmap:1 H264/90000",
            "a=fmtp:1 profile-level-id=" + first,
            "a=rtpmap:2 h264/90000",
            "a=fmtp:2 profile-level-id=" + second);

        Assert.Equal(expected, codecs.Count == 0 ? 0 : Assert.Single(codecs).PayloadType);
    }

    [Fact]
    public void H264_without_a_profile_is_baseline()
    {
        NegotiatedCodec codec = Assert.Single(Match("video", "1", "a=rtpmap:1 H264/90000", "a=fmtp:1 packetization-mode=1"));
        Assert.Equal((SdpH264Profile.Baseline, "42000a"), (codec.H264Profile, codec.ProfileLevelId));
    }

    [Theory]
    [InlineData("opus/48000/2", true)]
    [InlineData("OPUS/48000/2", true)]
    [InlineData("opus/48000", false)]
    [InlineData("opus/16000/2", false)]
    [InlineData("PCMU/8000", false)]
    [InlineData("VP8/90000", false)]
    public void Audio_is_opus_in_its_registered_form(string rtpmap, bool expected) =>
        Assert.Equal(expected, Match("audio", "111", "a=rtpmap:111 " + rtpmap).Count == 1);

    [Theory]
    [InlineData("97 apt=96", true)]
    [InlineData("97 apt=96;rtx-time=3000", true)]
    [InlineData("97 apt=98", false)]
    [InlineData("97 apt=x", false)]
    [InlineData("97 rtx-time=3000", false)]
    public void Rtx_is_found_by_apt(string fmtp, bool expected)
    {
        NegotiatedCodec codec = Assert.Single(Match(
            "video", "96 97", "a=rtpmap:96 VP8/90000", "a=rtcp-fb:96 nack", "a=rtpmap:97 rtx/90000", "a=fmtp:" + fmtp));
        Assert.Equal(expected ? (byte)97 : null, codec.RtxPayloadType);
    }

    [Fact]
    public void Rtx_needs_nack()
    {
        NegotiatedCodec codec = Assert.Single(
            Match("video", "96 97", "a=rtpmap:96 VP8/90000", "a=rtpmap:97 rtx/90000", "a=fmtp:97 apt=96"));
        Assert.Null(codec.RtxPayloadType);
    }

    [Theory]
    [InlineData(63, true)]
    [InlineData(64, false)]
    [InlineData(72, false)]
    [InlineData(95, false)]
    [InlineData(96, true)]
    public void Payload_types_that_look_like_rtcp_are_not_used(int payloadType, bool expected) =>
        Assert.Equal(expected, Match("video", $"{payloadType}", $"a=rtpmap:{payloadType} VP8/90000").Count == 1);

    [Fact]
    public void A_payload_type_that_the_transport_already_uses_is_passed_over()
    {
        List<NegotiatedCodec> audio = Match("audio", "96", "a=rtpmap:96 opus/48000/2");
        SdpMedia video = Parse("video", "96 98 97", "a=rtpmap:96 VP8/90000", "a=rtpmap:98 VP8/90000");

        Assert.Equal(98, Assert.Single(SdpCodecMatch.Match(video, SdpOffers.Parameters, audio)).PayloadType);
    }

    [Theory]
    [InlineData("111 63", "111/111", "Opus 111, Red 63")]
    [InlineData("63 111", "111/111", "Red 63, Opus 111")]
    [InlineData("111 63", "111/111/111", "Opus 111, Red 63")]
    [InlineData("111 63", "111/13", "Opus 111")]
    [InlineData("111 63", "", "Opus 111")]
    [InlineData("111 63", "111/", "Opus 111")]
    [InlineData("63", "111/111", "")]
    public void Copies_of_opus_are_taken_in_the_clients_order(string formats, string blocks, string expected)
    {
        List<NegotiatedCodec> codecs = Match(
            "audio", formats, "a=rtpmap:111 opus/48000/2", "a=rtpmap:63 red/48000/2", "a=fmtp:63 " + blocks);
        Assert.Equal(expected, string.Join(", ", codecs.Select(c => $"{c.Kind} {c.PayloadType}")));
    }

    [Fact]
    public void Feedback_is_the_intersection_by_kind()
    {
        NegotiatedCodec video = Assert.Single(Match(
            "video",
            "96",
            "a=rtpmap:96 VP8/90000",
            "a=rtcp-fb:96 transport-cc",
            "a=rtcp-fb:96 nack pli",
            "a=rtcp-fb:96 goog-remb"));
        NegotiatedCodec audio = Assert.Single(Match(
            "audio", "96", "a=rtpmap:96 opus/48000/2", "a=rtcp-fb:96 transport-cc", "a=rtcp-fb:96 nack"));

        Assert.Equal(SdpFeedback.NackPli | SdpFeedback.GoogRemb | SdpFeedback.TransportCc, video.Feedback);
        Assert.Equal(SdpFeedback.TransportCc, audio.Feedback);
    }

    private static SdpMedia Parse(string kind, string formats, params string[] attributes) =>
        SdpOffers.Parse($"v=0\nm={kind} 9 UDP/TLS/RTP/SAVPF {formats}\n" + string.Join('\n', attributes)).Media[0];

    private static List<NegotiatedCodec> Match(string kind, string formats, params string[] attributes) =>
        Match(SdpOffers.Parameters, kind, formats, attributes);

    private static List<NegotiatedCodec> Match(
        SdpAnswerParameters parameters, string kind, string formats, params string[] attributes) =>
        SdpCodecMatch.Match(Parse(kind, formats, attributes), parameters, []);
}

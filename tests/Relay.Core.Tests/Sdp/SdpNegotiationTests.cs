using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpNegotiationTests
{
    private const string Fingerprint = "a=fingerprint:" + SdpOffers.Sha256;
    private const string SecondVideo = "m=video 9 UDP/TLS/RTP/SAVPF 100\na=mid:w\na=rtcp-mux\na=rtpmap:100 VP8/90000\n";

    [Fact]
    public void The_small_offer_gives_audio_and_video()
    {
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.Small).Session;

        Assert.Equal(("clientufrag", "clientpasswordclientpassword"), (session.RemoteUsernameFragment, session.RemotePassword));
        Assert.Equal(SdpFingerprintAlgorithm.Sha256, session.RemoteFingerprint.Algorithm);
        Assert.Equal(Enumerable.Range(1, 32).Select(i => (byte)i), session.RemoteFingerprint.Digest.ToArray());
        Assert.Equal(["a", "v"], session.BundleMids);
        Assert.Equal(("a", SdpDirection.SendRecv), (session.Audio.Mid, session.Audio.Direction));
        Assert.Equal(
            new NegotiatedCodec
            {
                Kind = SdpCodecKind.Vp8,
                PayloadType = 96,
                RtxPayloadType = 97,
                ClockRate = 90000,
                Channels = 1,
                Feedback = SdpFeedback.Nack,
            },
            Assert.Single(session.Video!.Codecs));
        Assert.False(session.ExtmapAllowMixed);
    }

    [Theory]
    [InlineData("a=rtcp-mux", "a=x", SdpProblem.NotSupported, "Line 10: ", "rtcpMuxPolicy")]
    [InlineData(Fingerprint, "a=x", SdpProblem.Malformed, "Line 10: ", "a=fingerprint")]
    [InlineData(Fingerprint, "a=fingerprint:sha-1 00:11", SdpProblem.NotSupported, "Line 10: ", "sha-256")]
    [InlineData("a=ice-ufrag:clientufrag", "a=x", SdpProblem.Malformed, "Line 10: ", "a=ice-ufrag")]
    [InlineData("a=ice-pwd:clientpasswordclientpassword", "a=x", SdpProblem.Malformed, "Line 10: ", "a=ice-pwd")]
    [InlineData("a=setup:actpass", "a=setup:passive", SdpProblem.NotSupported, "Line 10: ", "actpass")]
    [InlineData("a=setup:actpass", "a=setup:holdconn", SdpProblem.NotSupported, "Line 10: ", "actpass")]
    [InlineData("a=setup:actpass", "a=ice-lite", SdpProblem.NotSupported, "", "full ICE agent")]
    [InlineData("a=group:BUNDLE a v", "a=x", SdpProblem.NotSupported, "Line 10: ", "max-bundle")]
    [InlineData("a=group:BUNDLE a v", "a=group:BUNDLE a", SdpProblem.NotSupported, "Line 14: ", "max-bundle")]
    [InlineData("a=rtpmap:111 opus/48000/2", "a=rtpmap:111 ISAC/16000", SdpProblem.NotSupported, "Line 10: ", "opus/48000/2")]
    [InlineData(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 0 UDP/TLS/RTP/SAVPF 111", SdpProblem.NotSupported, "Line 10: ", "port 0")]
    [InlineData(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=audio 9 RTP/AVP 111", SdpProblem.NotSupported, "Line 10: ", "UDP/TLS/RTP/SAVPF")]
    [InlineData(
        "m=audio 9 UDP/TLS/RTP/SAVPF 111", "m=text 9 UDP/TLS/RTP/SAVPF 111", SdpProblem.NotSupported, "", "no audio m-line")]
    public void A_refusal_names_the_line_and_the_fix(
        string line, string replacement, SdpProblem problem, string start, string fix)
    {
        SdpAnswerResult result = SdpOffers.Answer(SdpOffers.SmallWith(line, replacement));

        Assert.False(result.IsOk);
        Assert.Equal(problem, result.Problem);
        Assert.StartsWith(start, result.Detail, StringComparison.Ordinal);
        Assert.Contains(fix, result.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a=setup:actpass", "a=setup:active")]
    [InlineData("a=setup:actpass", "a=x-no-setup")]
    public void An_active_or_silent_offer_is_answered(string line, string replacement) =>
        Assert.Contains(
            "a=setup:passive\r\n", SdpOffers.Accept(SdpOffers.SmallWith(line, replacement)).Text, StringComparison.Ordinal);

    [Fact]
    public void The_strongest_fingerprint_is_used()
    {
        string sha512 = "sha-512 " + string.Join(':', Enumerable.Repeat("AA", 64));
        string sha384 = "sha-384 " + string.Join(':', Enumerable.Repeat("BB", 48));
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.SmallWith(
            Fingerprint, $"a=fingerprint:sha-1 00\n{Fingerprint}\na=fingerprint:{sha512}\na=fingerprint:{sha384}")).Session;

        Assert.Equal(SdpFingerprintAlgorithm.Sha512, session.RemoteFingerprint.Algorithm);
        Assert.Equal(0xAA, session.RemoteFingerprint.Digest.Span[0]);
    }

    [Fact]
    public void Voice_alone_needs_no_bundle_and_no_mid()
    {
        string voice = SdpOffers.Small[..SdpOffers.Small.IndexOf("m=video", StringComparison.Ordinal)];
        voice = SdpOffers.With(SdpOffers.With(voice, "a=mid:a", string.Empty), "a=group:BUNDLE a v", string.Empty);
        (string text, NegotiatedSession session) = SdpOffers.Accept(voice);

        Assert.Null(session.Video);
        Assert.Empty(session.BundleMids);
        Assert.Equal(string.Empty, session.Audio.Mid);
        Assert.DoesNotContain("a=mid", text, StringComparison.Ordinal);
        Assert.DoesNotContain("BUNDLE", text, StringComparison.Ordinal);
        Assert.Contains("a=candidate:", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_m_lines_without_mids_are_refused_with_the_fix()
    {
        string old = SdpOffers.With(SdpOffers.SmallWith("a=mid:a", string.Empty), "a=mid:v", string.Empty);
        SdpAnswerResult result = SdpOffers.Answer(old);

        Assert.Equal(SdpProblem.NotSupported, result.Problem);
        Assert.Contains("a=group:BUNDLE", result.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_video_that_cannot_be_forwarded_leaves_voice()
    {
        NegotiatedSession session = SdpOffers.Accept(
            SdpOffers.SmallWith("a=rtpmap:96 VP8/90000", "a=rtpmap:96 AV1/90000")).Session;

        Assert.Null(session.Video);
        Assert.Equal(["a"], session.BundleMids);
    }

    [Fact]
    public void The_first_usable_m_line_of_a_kind_is_accepted()
    {
        string offer = SdpOffers.With(SdpOffers.Small, "a=group:BUNDLE a v", "a=group:BUNDLE a v w") + SecondVideo;
        Assert.Equal("v", SdpOffers.Accept(offer).Session.Video!.Mid);

        string without = SdpOffers.With(offer, "a=rtpmap:96 VP8/90000", "a=rtpmap:96 AV1/90000");
        (_, NegotiatedSession session) = SdpOffers.Accept(without);
        Assert.Equal("w", session.Video!.Mid);
        Assert.Equal(["a", "w"], session.BundleMids);
    }

    [Fact]
    public void Port_0_with_bundle_only_is_accepted_within_the_group()
    {
        string offer = SdpOffers.SmallWith(
            "m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 0 UDP/TLS/RTP/SAVPF 96 97\na=bundle-only");
        Assert.Equal("v", SdpOffers.Accept(offer).Session.Video!.Mid);

        string outside = SdpOffers.With(offer, "a=group:BUNDLE a v", "a=group:BUNDLE a");
        Assert.Null(SdpOffers.Accept(outside).Session.Video);

        string rejected = SdpOffers.SmallWith("m=video 9 UDP/TLS/RTP/SAVPF 96 97", "m=video 0 UDP/TLS/RTP/SAVPF 96 97");
        Assert.Null(SdpOffers.Accept(rejected).Session.Video);
    }

    [Fact]
    public void The_transport_is_that_of_the_first_accepted_mid_of_the_group()
    {
        string offer = SdpOffers.With(SdpOffers.Small, "a=group:BUNDLE a v", "a=group:BUNDLE v a");
        offer = SdpOffers.With(offer, "a=mid:v", "a=mid:v\na=ice-ufrag:videoufrag\na=ice-pwd:videopasswordvideopassword");
        (string text, NegotiatedSession session) = SdpOffers.Accept(offer);

        Assert.Equal("videoufrag", session.RemoteUsernameFragment);
        Assert.Equal(["v", "a"], session.BundleMids);
        List<string[]> sections = SdpOffers.Sections(text);
        Assert.DoesNotContain(sections[1], line => line.StartsWith("a=candidate:", StringComparison.Ordinal));
        Assert.Contains(sections[2], line => line.StartsWith("a=candidate:", StringComparison.Ordinal));
    }

    [Fact]
    public void A_bundle_only_m_line_takes_the_transport_of_the_offerers_tag()
    {
        string offer = $"""
            v=0
            a=group:BUNDLE d a
            m=application 9 UDP/DTLS/SCTP webrtc-datachannel
            a=mid:d
            a=ice-ufrag:dataufrag
            a=ice-pwd:datapassworddatapassword
            {Fingerprint}
            a=setup:active
            m=audio 0 UDP/TLS/RTP/SAVPF 111
            a=bundle-only
            a=mid:a
            a=rtcp-mux
            a=rtpmap:111 opus/48000/2

            """;
        (string text, NegotiatedSession session) = SdpOffers.Accept(offer);

        Assert.Equal(("dataufrag", "datapassworddatapassword"), (session.RemoteUsernameFragment, session.RemotePassword));
        Assert.Equal(["a"], session.BundleMids);
        Assert.Contains("a=group:BUNDLE a\r\n", text, StringComparison.Ordinal);
        Assert.Contains("m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Aiortc_gives_each_m_line_its_own_transport_and_the_tagged_one_counts()
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.Load("aiortc"));
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.Load("aiortc")).Session;

        Assert.NotEqual(offer.Media[0].UsernameFragment, offer.Media[1].UsernameFragment, StringComparer.Ordinal);
        Assert.Equal(offer.Media[0].UsernameFragment, session.RemoteUsernameFragment);
        Assert.Equal(offer.Media[0].Password, session.RemotePassword);
    }

    [Fact]
    public void Mixed_extensions_are_agreed_when_every_accepted_m_line_allows_them()
    {
        Assert.True(SdpOffers.Accept(SdpOffers.Load("chrome")).Session.ExtmapAllowMixed);
        Assert.True(SdpOffers.Accept(SdpOffers.Load("firefox")).Session.ExtmapAllowMixed);
        Assert.False(SdpOffers.Accept(SdpOffers.SmallWith("a=mid:v", "a=mid:v\na=extmap-allow-mixed")).Session.ExtmapAllowMixed);
    }
}

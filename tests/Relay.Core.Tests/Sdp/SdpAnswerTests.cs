using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpAnswerTests
{
    private static readonly string[] SecretPrefixes =
        ["a=ice-ufrag:", "a=ice-pwd:", "a=fingerprint:", "a=msid:", "a=ssrc-group:", "a=ssrc:"];

    [Theory]
    [InlineData("aiortc", 96, 97, 98, 101)]
    [InlineData("chrome", 111, 96, 97, 108)]
    [InlineData("chrome-max-bundle", 111, 96, 97, 108)]
    [InlineData("chrome-recvonly", 111, 96, 97, 108)]
    [InlineData("chrome-simulcast", 111, 96, 97, 108)]
    [InlineData("firefox", 109, 120, 124, 126)]
    [InlineData("safari", 111, 100, 101, 102)]
    public void Real_clients_get_opus_vp8_and_constrained_baseline(string name, int opus, int vp8, int rtx, int h264)
    {
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.Load(name)).Session;

        Assert.Equal(opus, session.Audio.Codecs[0].PayloadType);
        // The other two offer no copies of audio.
        SdpCodecKind[] audio = name is "firefox" or "aiortc" ? [SdpCodecKind.Opus] : [SdpCodecKind.Opus, SdpCodecKind.Red];
        Assert.Equal(audio, session.Audio.Codecs.Select(c => c.Kind));
        Assert.Equal([SdpCodecKind.Vp8, SdpCodecKind.H264], session.Video!.Codecs.Select(c => c.Kind));
        Assert.Equal((vp8, (byte?)rtx), (session.Video.Codecs[0].PayloadType, session.Video.Codecs[0].RtxPayloadType));
        Assert.Equal(h264, session.Video.Codecs[1].PayloadType);
        Assert.Equal(SdpH264Profile.ConstrainedBaseline, session.Video.Codecs[1].H264Profile);
        const SdpFeedback expected = SdpFeedback.Nack | SdpFeedback.NackPli | SdpFeedback.GoogRemb;
        Assert.All(session.Video.Codecs, codec => Assert.Equal(expected, codec.Feedback & expected));
        Assert.NotEqual(0, session.Audio.MidExtensionId);
        Assert.Equal(session.Audio.MidExtensionId, session.Video.MidExtensionId);
        Assert.NotEqual(0, session.Video.AbsSendTimeExtensionId);
    }

    [Theory]
    [InlineData("chrome", 3, 3)]
    [InlineData("chrome-recvonly", 3, 3)]
    [InlineData("safari", 3, 3)]
    [InlineData("firefox", 0, 7)]
    [InlineData("aiortc", 0, 0)]
    public void Transport_cc_is_agreed_on_as_offered(string name, int audio, int video)
    {
        (string text, NegotiatedSession session) = SdpOffers.Accept(SdpOffers.Load(name));

        Assert.Equal((audio, video), (session.Audio.TransportCcExtensionId, session.Video!.TransportCcExtensionId));
        Assert.Equal(audio != 0, session.Audio.Codecs.Single(c => c.Kind == SdpCodecKind.Opus).Feedback.HasFlag(SdpFeedback.TransportCc));
        Assert.All(session.Video.Codecs, c => Assert.Equal(video != 0, c.Feedback.HasFlag(SdpFeedback.TransportCc)));
        Assert.Equal(video != 0, text.Contains(" transport-cc\r\n", StringComparison.Ordinal));
        Assert.Equal(video != 0, text.Contains("draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("a=rtcp-fb:96 transport-cc\r\n")]
    [InlineData("a=extmap:3 http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01\r\n")]
    public void Transport_cc_needs_the_numbers_and_the_feedback(string missing)
    {
        string offer = SdpOffers.Load("chrome").Replace(missing, string.Empty, StringComparison.Ordinal);
        NegotiatedSession session = SdpOffers.Accept(offer).Session;

        Assert.Equal(0, session.Video!.TransportCcExtensionId);
        Assert.All(session.Video.Codecs, c => Assert.False(c.Feedback.HasFlag(SdpFeedback.TransportCc)));
    }

    [Theory]
    [MemberData(nameof(SdpOffers.AllNames), MemberType = typeof(SdpOffers))]
    public void Every_answer_mirrors_the_offers_m_lines(string name)
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.Load(name));
        string text = SdpOffers.Accept(SdpOffers.Load(name)).Text;

        // An answer has the grammar of an offer, so the relay's own parser can read it back.
        SdpOffer answer = SdpOffers.Parse(text);
        Assert.True(answer.IceLite);
        Assert.Equal(offer.Media.Select(m => (m.Kind, m.Mid, m.Protocol)), answer.Media.Select(m => (m.Kind, m.Mid, m.Protocol)));
        Assert.All(answer.Media, media => Assert.Equal(media.IsRejected, !answer.IsBundled(media)));
        Assert.All(answer.Media.Where(m => !m.IsRejected), media =>
        {
            Assert.Equal(SdpSetup.Passive, media.Setup);
            Assert.True(media.RtcpMux);
            Assert.Equal(9, media.Port);
        });
        Assert.DoesNotContain("csrc-audio-level", text, StringComparison.Ordinal);
        Assert.DoesNotContain("video-timing", text, StringComparison.Ordinal);
        Assert.DoesNotContain("rtp-stream-id", text, StringComparison.Ordinal);
        Assert.DoesNotContain("toffset", text, StringComparison.Ordinal);
        Assert.DoesNotContain("playout-delay", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_voice_only_offer_gets_a_voice_only_answer()
    {
        (string text, NegotiatedSession session) = SdpOffers.Accept(SdpOffers.Load("chrome-voice"));

        Assert.Null(session.Video);
        Assert.DoesNotContain("m=video", text, StringComparison.Ordinal);
        Assert.DoesNotContain("22222", text, StringComparison.Ordinal);
        Assert.Contains("a=group:BUNDLE 0\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_receiving_client_gets_streams_and_announces_none()
    {
        (string text, NegotiatedSession session) = SdpOffers.Accept(SdpOffers.Load("chrome-recvonly"));

        Assert.Equal((SdpDirection.SendOnly, SdpDirection.SendOnly), (session.Audio.Direction, session.Video!.Direction));
        Assert.Empty(session.Video.RemoteSources);
        Assert.Contains("a=ssrc:22222 cname:relaycname\r\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Announced_sources_come_with_their_retransmissions()
    {
        NegotiatedSession session = SdpOffers.Accept(SdpOffers.Load("firefox")).Session;

        Assert.Equal([new SdpSource(3301972845, 0)], session.Audio.RemoteSources);
        Assert.Equal([new SdpSource(1190528836, 2740063951)], session.Video!.RemoteSources);
    }

    [Fact]
    public void Two_cameras_give_one_accepted_and_one_rejected_m_line()
    {
        string offer = SdpOffers.With(SdpOffers.Small, "a=group:BUNDLE a v", "a=group:BUNDLE a v w")
            + "m=video 9 UDP/TLS/RTP/SAVPF 100 101\na=mid:w\na=rtcp-mux\na=rtpmap:100 VP8/90000\n";
        List<string[]> sections = SdpOffers.Sections(SdpOffers.Accept(offer).Text);

        Assert.Contains("a=group:BUNDLE a v", sections[0], StringComparer.Ordinal);
        Assert.Equal(["m=video 0 UDP/TLS/RTP/SAVPF 100 101", "c=IN IP4 0.0.0.0", "a=mid:w", "a=inactive"], sections[3]);
    }

    [Fact]
    public void H264_can_be_left_out()
    {
        SdpAnswerParameters parameters = SdpOffers.Parameters with { Codecs = [SdpCodecKind.Opus, SdpCodecKind.Vp8] };
        string text = SdpOffers.Accept(SdpOffers.Load("safari"), parameters).Text;

        Assert.DoesNotContain("H264", text, StringComparison.Ordinal);
        Assert.Contains("m=video 9 UDP/TLS/RTP/SAVPF 100 101\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(SdpOffers.AllNames), MemberType = typeof(SdpOffers))]
    public void Nothing_that_identifies_the_client_is_in_the_answer(string name)
    {
        string offer = SdpOffers.Load(name);
        string answer = SdpOffers.Accept(offer).Text;
        List<string> secrets = Secrets(offer);

        Assert.True(secrets.Count >= 5, "the offer has credentials and a fingerprint at least");
        Assert.All(secrets, secret => Assert.DoesNotContain(secret, answer, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public void A_hundred_thousand_mutations_never_throw_and_stay_bounded()
    {
        string[] seeds = [SdpOffers.Small, .. SdpOffers.Names.Select(SdpOffers.Load)];
        var mutator = new SdpMutator(20260719, seeds);
        int parsed = 0;
        int answered = 0;
        for (int i = 0; i < 100_000; i++)
        {
            SdpParseResult result = SdpOffer.TryParse(mutator.Next());
            Assert.Equal(result.IsOk, string.IsNullOrEmpty(result.Detail));
            if (!result.IsOk)
            {
                Assert.InRange(result.Detail!.Length, 1, 200);
                continue;
            }

            parsed++;
            SdpAnswerResult answer = SdpAnswer.Create(result.Offer, SdpOffers.Parameters);
            if (answer.IsOk)
            {
                answered++;
                Assert.InRange(answer.Text.Length, 1, 16 * 1024);
                Assert.Equal(result.Offer.Media.Count, SdpOffers.Parse(answer.Text).Media.Count);
                Assert.InRange(answer.Session.Video?.Codecs.Count ?? 1, 1, 2);
            }
            else
            {
                Assert.NotEqual(SdpProblem.None, answer.Problem);
                Assert.InRange(answer.Detail.Length, 1, 200);
            }
        }

        // Otherwise the mutations would be so crude that the test sees the first check only.
        Assert.InRange(parsed, 20_000, 95_000);
        Assert.InRange(answered, 10_000, 90_000);
    }

    /// <summary>Every value of the offer that stands for the client: credentials, digests, names, SSRCs, addresses.</summary>
    private static List<string> Secrets(string offer)
    {
        var secrets = new List<string>();
        foreach (string line in offer.Split("\r\n"))
        {
            if (SecretPrefixes.FirstOrDefault(prefix => line.StartsWith(prefix, StringComparison.Ordinal)) is { } prefix)
            {
                secrets.AddRange(line[prefix.Length..].Replace("cname:", "", StringComparison.Ordinal).Split(' '));
            }

            if (line.StartsWith("a=candidate:", StringComparison.Ordinal))
            {
                secrets.Add(line.Split(' ')[4]);
            }

            if (line.StartsWith("o=", StringComparison.Ordinal))
            {
                secrets.Add(line.Split(' ')[1]);
            }
        }

        secrets.RemoveAll(secret => secret is "FID" or "sha-256" || secret.StartsWith("msid:", StringComparison.Ordinal));
        return secrets;
    }
}

using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpOfferTests
{
    [Theory]
    [MemberData(nameof(SdpOffers.AllNames), MemberType = typeof(SdpOffers))]
    public void Offers_of_real_clients_are_read(string name)
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.Load(name));

        Assert.All(offer.Media, media => Assert.True(offer.IsBundled(media)));
        Assert.All(offer.Media, media => Assert.Same(media, offer.FindMid(media.Mid!)));
        Assert.All(offer.Media, media => Assert.NotNull(media.UsernameFragment));
        Assert.All(offer.Media, media => Assert.Equal(SdpSetup.ActPass, media.Setup));
        Assert.All(offer.Media, media => Assert.Single(media.Fingerprints));
        Assert.False(offer.IceLite);
        Assert.Equal(SdpMediaKind.Audio, offer.Media[0].Kind);
        Assert.Null(offer.FindMid("nobody"));
    }

    [Fact]
    public void The_chrome_offer_is_read_in_full()
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.Load("chrome-data"));

        Assert.Equal(["0", "1", "2"], offer.BundleMids);
        Assert.Equal([SdpMediaKind.Audio, SdpMediaKind.Video, SdpMediaKind.Application], offer.Media.Select(m => m.Kind));
        SdpMedia video = offer.Media[1];
        Assert.Equal("UDP/TLS/RTP/SAVPF", video.Protocol);
        Assert.Equal(23, video.PayloadTypes.Count);
        SdpPayloadType vp8 = video.PayloadTypes[0];
        Assert.Equal((96, "VP8", 90000u, 1), (vp8.Number, vp8.EncodingName, vp8.ClockRate, vp8.Channels));
        Assert.Equal(
            SdpFeedback.GoogRemb | SdpFeedback.TransportCc | SdpFeedback.CcmFir | SdpFeedback.Nack | SdpFeedback.NackPli,
            vp8.Feedback);
        Assert.Equal("apt=96", video.PayloadTypes[1].Parameters);
        Assert.Equal(11, video.Extmaps.Count);
        Assert.Contains(new SdpExtmap(4, "urn:ietf:params:rtp-hdrext:sdes:mid", null), video.Extmaps);
        Assert.Equal([new SdpSource(1543379105, 2804663314)], video.Sources);
        Assert.True(video.RtcpMux && video.RtcpReducedSize && video.ExtmapAllowMixed && video.Trickle && !video.Ice2);
        Assert.Equal(("webrtc-datachannel", "application"), (offer.Media[2].Formats, offer.Media[2].Media));
        Assert.Empty(offer.Media[2].PayloadTypes);
    }

    [Fact]
    public void The_firefox_offer_takes_its_fingerprint_from_the_session_level()
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.Load("firefox"));

        Assert.Equal(offer.Session.Fingerprints, offer.Media[1].Fingerprints);
        Assert.Equal(SdpFingerprintAlgorithm.Sha256, offer.Media[1].Fingerprints[0].Algorithm);
        Assert.True(offer.Media[1].Trickle);
        Assert.Contains(offer.Media[1].Extmaps, extmap => extmap is { Id: 6, Direction: SdpDirection.RecvOnly });
    }

    [Theory]
    [MemberData(nameof(SdpOffers.AllNames), MemberType = typeof(SdpOffers))]
    public void Every_line_end_gives_the_same_offer(string name)
    {
        string text = SdpOffers.Load(name);
        string expected = SdpOffers.Accept(text).Text;

        Assert.Equal(expected, SdpOffers.Accept(text.Replace("\r\n", "\n", StringComparison.Ordinal)).Text);
        Assert.Equal(expected, SdpOffers.Accept(text.Replace("\r\n", "\r", StringComparison.Ordinal)).Text);
        Assert.Equal(expected, SdpOffers.Accept(text.Replace("\r\n", "\n\r\n\n", StringComparison.Ordinal)).Text);
        Assert.Equal(expected, SdpOffers.Accept(text.TrimEnd()).Text);
    }

    [Theory]
    [MemberData(nameof(SdpOffers.AllNames), MemberType = typeof(SdpOffers))]
    public void Every_truncation_is_an_offer_or_a_problem_with_a_detail(string name)
    {
        string text = SdpOffers.Load(name);
        for (int length = 0; length < text.Length; length++)
        {
            SdpParseResult result = SdpOffer.TryParse(text[..length]);
            Assert.Equal(result.IsOk, result.Problem == SdpProblem.None);
            Assert.Equal(result.IsOk, string.IsNullOrEmpty(result.Detail));
        }
    }
}

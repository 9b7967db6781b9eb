using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpExtensionMatchTests
{
    private const string Mid = "urn:ietf:params:rtp-hdrext:sdes:mid";
    private const string AbsSendTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time";

    [Fact]
    public void Accepted_extensions_keep_their_ids_and_order()
    {
        List<SdpAcceptedExtension> accepted = Match(
            "14 " + AbsSendTime, "1 urn:unknown", "4 " + Mid, "5 " + Mid, "13 urn:3gpp:video-orientation");

        Assert.Equal(
            [
                new SdpAcceptedExtension(SdpExtension.AbsSendTime, 14, null),
                new SdpAcceptedExtension(SdpExtension.Mid, 4, null),
                new SdpAcceptedExtension(SdpExtension.VideoOrientation, 13, null),
            ],
            accepted);
        Assert.Equal(4, SdpExtensionMatch.IdOf(accepted, SdpExtension.Mid));
        Assert.Equal(0, SdpExtensionMatch.IdOf([], SdpExtension.Mid));
    }

    [Fact]
    public void Only_what_the_parameters_name_is_accepted()
    {
        SdpAnswerParameters parameters = SdpOffers.Parameters with { Extensions = [SdpExtension.AbsSendTime] };
        List<SdpAcceptedExtension> accepted = Match(Parse("4 " + Mid, "5 " + AbsSendTime), parameters, []);
        Assert.Equal(SdpExtension.AbsSendTime, Assert.Single(accepted).Extension);
    }

    [Fact]
    public void Two_byte_ids_need_extmap_allow_mixed()
    {
        Assert.Empty(Match("16 " + Mid));
        Assert.Equal(16, Assert.Single(Match("16 " + Mid + "\na=extmap-allow-mixed")).Id);
    }

    [Fact]
    public void An_id_means_what_it_meant_first()
    {
        Assert.Empty(Match("3 urn:unknown", "3 " + Mid));
        Assert.Equal(SdpExtension.Mid, Assert.Single(Match("3 " + Mid, "3 " + AbsSendTime)).Extension);
    }

    [Fact]
    public void Ids_agree_over_the_whole_leg()
    {
        List<SdpAcceptedExtension> taken = Match("4 " + Mid);

        Assert.Empty(Match(taken, "4 " + AbsSendTime));
        Assert.Empty(Match(taken, "5 " + Mid));
        Assert.Equal(4, Assert.Single(Match(taken, "4 " + Mid)).Id);
    }

    [Theory]
    [InlineData("sendrecv", "sendrecv", "sendrecv")]
    [InlineData("sendrecv", "sendonly", null)]
    [InlineData("sendonly", "sendonly", "recvonly")]
    [InlineData("recvonly", "recvonly", "sendonly")]
    [InlineData("recvonly", "sendonly", null)]
    [InlineData("sendonly", "sendrecv", "sendrecv")]
    public void A_direction_of_its_own_must_cover_the_m_line(string media, string extension, string? answered)
    {
        SdpOffer offered = Parse($"4/{extension} {Mid}\na={media}");
        List<SdpAcceptedExtension> accepted = Match(offered, SdpOffers.Parameters, []);
        Assert.Equal(answered, accepted.Count == 0 ? null : accepted[0].Direction?.ToAttribute());
    }

    [Fact]
    public void A_mid_that_fits_no_one_byte_extension_goes_without_one()
    {
        SdpOffer Offered(int chars) => SdpOffers.Parse(
            $"v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:{new string('m', chars)}\na=extmap:4 {Mid}\n");

        Assert.Single(Match(Offered(16), SdpOffers.Parameters, []));
        Assert.Empty(Match(Offered(17), SdpOffers.Parameters, []));
    }

    [Fact]
    public void An_id_that_another_m_line_needs_for_something_better_is_left_to_it()
    {
        // As aiortc offers it: audio level and abs-send-time share an id.
        SdpOffer offer = SdpOffers.Parse(
            "v=0\nm=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:0\na=extmap:1 " + Mid + "\na=extmap:2 urn:ietf:params:rtp-hdrext:ssrc-audio-level\n"
            + "m=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:1\na=extmap:1 " + Mid + "\na=extmap:2 " + AbsSendTime + "\n");
        List<SdpAcceptedExtension> audio = Match(offer, SdpOffers.Parameters, []);
        List<SdpAcceptedExtension> video = SdpExtensionMatch.Match(offer.Media[1], offer, SdpOffers.Parameters, audio);
        Assert.Equal([SdpExtension.Mid], audio.Select(a => a.Extension));
        Assert.Equal([SdpExtension.Mid, SdpExtension.AbsSendTime], video.Select(a => a.Extension));
    }

    private static SdpOffer Parse(params string[] extmaps) => SdpOffers.Parse(
        "v=0\nm=video 9 UDP/TLS/RTP/SAVPF 96\na=mid:1\n" + string.Concat(extmaps.Select(e => $"a=extmap:{e}\n")));

    private static List<SdpAcceptedExtension> Match(params string[] extmaps) => Match([], extmaps);

    private static List<SdpAcceptedExtension> Match(List<SdpAcceptedExtension> taken, params string[] extmaps) =>
        Match(Parse(extmaps), SdpOffers.Parameters, taken);

    private static List<SdpAcceptedExtension> Match(
        SdpOffer offer, SdpAnswerParameters parameters, List<SdpAcceptedExtension> taken) =>
        SdpExtensionMatch.Match(offer.Media[0], offer, parameters, taken);
}

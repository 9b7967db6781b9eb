using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpSectionTests
{
    private const string Other =
        "sha-256 FF:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:1F:20";

    [Fact]
    public void An_m_line_inherits_what_it_does_not_say()
    {
        SdpOffer offer = SdpOffers.Parse(SdpOffers.SmallWith(
            "a=setup:actpass",
            "a=setup:actpass\na=recvonly\na=extmap-allow-mixed\na=ice-options:ice2 trickle\na=extmap:3 urn:x"));

        Assert.All(offer.Media, media =>
        {
            Assert.Equal("clientufrag", media.UsernameFragment);
            Assert.Equal("clientpasswordclientpassword", media.Password);
            Assert.Equal(SdpSetup.ActPass, media.Setup);
            Assert.Equal(SdpDirection.RecvOnly, media.Direction);
            Assert.Equal([new SdpExtmap(3, "urn:x", null)], media.Extmaps);
            Assert.Single(media.Fingerprints);
            Assert.True(media.ExtmapAllowMixed && media.Ice2 && media.Trickle);
        });
    }

    [Fact]
    public void What_an_m_line_says_itself_wins()
    {
        const string own =
            $"a=ice-ufrag:own0\na=ice-pwd:ownpasswordownpassword00\na=fingerprint:{Other}\na=setup:active\na=sendonly";
        SdpMedia video = SdpOffers.Parse(SdpOffers.SmallWith("a=mid:v", "a=mid:v\n" + own)).Media[1];

        Assert.Equal(("own0", "ownpasswordownpassword00"), (video.UsernameFragment, video.Password));
        Assert.Equal(0xFF, Assert.Single(video.Fingerprints).Digest.Span[0]);
        Assert.Equal(SdpSetup.Active, video.Setup);
        Assert.Equal(SdpDirection.SendOnly, video.Direction);
    }

    [Fact]
    public void A_password_is_never_mixed_with_the_ufrag_of_another_level()
    {
        SdpMedia video = SdpOffers.Parse(SdpOffers.SmallWith("a=mid:v", "a=mid:v\na=ice-ufrag:own0")).Media[1];

        Assert.Equal("own0", video.UsernameFragment);
        Assert.Null(video.Password);
    }
}

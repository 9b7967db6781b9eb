using System.Net;
using Relay.Core.Primitives;
using Relay.Core.Sdp;
using Relay.Testing.Peers;
using Relay.Testing.Sdp;
using Xunit;

namespace Relay.Host.Tests.Testing;

/// <summary>What the test peer offers is what the relay understands, and the other way round.</summary>
public class PeerOfferTests
{
    private static readonly IPEndPoint Endpoint = new(IPAddress.Parse("127.0.0.9"), 50_000);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_relay_takes_the_offer_and_the_peer_its_answer(bool withVideo)
    {
        using var identity = new PeerIdentity();
        SdpAnswerResult result = Negotiate(PeerOffer.Build(identity, Endpoint, withVideo));
        Assert.True(result.IsOk, result.Detail);
        Assert.Equal(identity.Ufrag, result.Session!.RemoteUsernameFragment);
        Assert.Equal(identity.Password, result.Session.RemotePassword);
        Assert.Contains(result.Session.Audio.RemoteSources, s => s.Ssrc == identity.AudioSsrc);
        Assert.Equal(withVideo, result.Session.Video is not null);

        var answer = PeerAnswer.Parse(result.Text!);
        Assert.Equal("relayufrag", answer.Ufrag);
        Assert.Equal("passive", answer.Setup);
        Assert.Equal(40_000, Assert.Single(answer.Candidates).Port);
        Assert.Equal([1u], answer.Audio!.Ssrcs);
        Assert.Contains(PeerOffer.OpusPayloadType, answer.Audio.PayloadTypes);
        if (withVideo)
        {
            Assert.Equal(3u, answer.Video!.RtxBySsrc[2]);
            Assert.Equal("vp8", answer.Video.Codecs[PeerOffer.Vp8PayloadType]);
            Assert.Equal(PeerOffer.RtxPayloadType, answer.Video.RtxByCodec[PeerOffer.Vp8PayloadType]);
            Assert.True(answer.Video.Extensions.ContainsKey(PeerOffer.MidExtension));
        }
    }

    [Fact]
    public void The_relay_takes_the_restart_fragment()
    {
        using var identity = new PeerIdentity();
        string before = identity.Ufrag;
        identity.RenewIceCredentials();
        Assert.False(before.Equals(identity.Ufrag, StringComparison.Ordinal));
        SdpFragmentResult result = SdpFragment.TryParse(PeerOffer.BuildFragment(identity, Endpoint));
        Assert.True(result.IsOk, result.Detail);
        Assert.Equal(identity.Ufrag, result.Fragment!.UsernameFragment);
        Assert.Equal(identity.Password, result.Fragment.Password);
    }

    [Fact]
    public void The_offer_shows_the_traces_that_a_partner_must_not_see()
    {
        using var identity = new PeerIdentity();
        var offer = new Captured(CapturedKind.Sdp, System.Text.Encoding.UTF8.GetBytes(PeerOffer.Build(identity, Endpoint, withVideo: true)));
        IReadOnlyList<string> found = PrivateTrace.FindIn(PrivateTrace.Of(identity, Endpoint), [offer]);
        foreach (string name in new[] { "ufrag", "password", "cname", "stream id", "audio track id", "video track id", "fingerprint", "address" })
        {
            Assert.Contains(found, f => f.Equals(name + " in Sdp", StringComparison.Ordinal));
        }
    }

    private static SdpAnswerResult Negotiate(string offer)
    {
        SdpParseResult parsed = SdpOffer.TryParse(offer);
        Assert.True(parsed.IsOk, parsed.Detail);
        return SdpAnswer.Create(parsed.Offer!, new SdpAnswerParameters
        {
            UsernameFragment = "relayufrag",
            Password = "relaypasswordrelaypassword",
            Candidates = [TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Loopback, 40_000))],
            Fingerprint = new byte[32],
            AudioSsrc = 1,
            VideoSsrc = 2,
            VideoRtxSsrc = 3,
            Cname = "relay",
            StreamId = "stream",
            AudioTrackId = "audio",
            VideoTrackId = "video",
            SessionId = 1,
        });
    }
}

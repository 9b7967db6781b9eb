using Relay.Core.Srtp;
using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>Two users and the relay process, with real ICE, DTLS and SRTP.</summary>
[Collection(EndToEndCollection.Name)]
public class PairTests
{
    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, false)]
    [InlineData(SrtpProfile.AeadAes256Gcm, false)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, false)]
    [InlineData(SrtpProfile.AeadAes128Gcm, true)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, true)]
    public async Task Two_see_and_hear_each_other_without_a_break(SrtpProfile profile, bool usePortableSockets)
    {
        await using RelayFixture relay = await RelayFixture.StartAsync(("Media:UsePortableSockets", usePortableSockets ? "true" : "false"));
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay, new TestPeerOptions { SrtpProfiles = [profile] });
        await using (a)
        await using (b)
        {
            await Task.WhenAll(a.HearsAsync(b, packets: 60), b.HearsAsync(a, packets: 60));
            foreach ((Stranger one, Stranger other) in new[] { (a, b), (b, a) })
            {
                Assert.Equal(profile, one.Peer.SrtpProfile);
                StreamAnalysis video = await one.SettleAsync(other);
                Assert.Empty(video.Breaks);
                Assert.Equal(0, video.LeftOut);
                Assert.Equal([other.Tag], video.Sources);
                Assert.Empty(one.Peer.Audio!.Analyze().Breaks);
                Assert.Equal(0, one.Peer.Counters.UnprotectFailures);
                Assert.Equal(0, one.Peer.Counters.Unexpected);
            }

            Stranger.AssertUnnamedIn(relay, [a, b]);
        }
    }

    [Fact]
    public async Task Peers_of_different_profiles_understand_each_other()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        await using Stranger a = await Stranger.ConnectAsync(relay, new TestPeerOptions { SrtpProfiles = [SrtpProfile.AeadAes256Gcm] });
        await using Stranger b = await Stranger.ConnectAsync(relay, new TestPeerOptions { SrtpProfiles = [SrtpProfile.Aes128CmSha1_80] });
        await Stranger.PairAsync(a, b);
        await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
        Assert.Empty((await a.SettleAsync(b)).Breaks);
        Assert.Empty((await b.SettleAsync(a)).Breaks);
    }

    [Fact]
    public async Task Next_goes_on_in_the_same_stream_from_a_keyframe_of_the_new_partner()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        await using (Stranger c = await Stranger.ConnectAsync(relay))
        {
            await a.HearsAsync(b);
            await c.EnqueueAsync();
            await a.Socket.SendAsync("next");
            await b.Socket.WaitForAsync("partner.gone");
            await a.Socket.WaitForAsync("paired");
            await Task.WhenAll(a.HearsAsync(c), c.HearsAsync(a));

            StreamAnalysis video = await a.SettleAsync(c);
            Assert.Empty(video.Breaks);
            Assert.Equal([b.Tag, c.Tag], video.Sources);
            Assert.True(video.Frames.First(f => f.MediaTag == c.Tag).IsKeyframe);
            Assert.Empty(a.Peer.Audio!.Analyze().Breaks);
            Assert.Equal([a.Tag], c.Peer.Video!.Analyze().Sources);
            Assert.True(b.Peer.IsConnected);
        }
    }

    [Fact]
    public async Task Voice_brings_sound_and_no_picture()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay, mode: "voice");
        await using (a)
        await using (b)
        {
            await a.Peer.WaitUntilAsync(() => a.Peer.Audio!.PacketsFrom(b.Tag) >= 50, "sound");
            Assert.Equal(0, a.Peer.Video!.PacketCount);
            Assert.Empty(a.Peer.Audio!.Analyze().Breaks);
        }
    }

    [Fact]
    public async Task A_peer_that_offers_audio_alone_talks_with_one_that_offers_video()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        await using Stranger a = await Stranger.ConnectAsync(relay, new TestPeerOptions { WithVideo = false });
        await using Stranger b = await Stranger.ConnectAsync(relay);
        await Stranger.PairAsync(a, b, "voice");
        await a.HearsAsync(b);
        await b.Peer.WaitUntilAsync(() => b.Peer.Audio!.PacketsFrom(a.Tag) >= 20, "sound");
        Assert.Equal(0, b.Peer.Video!.PacketCount);
    }

    [Fact]
    public async Task A_closed_connection_ends_the_pair_for_both()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await b.HearsAsync(a);
            a.Peer.CloseDtls();
            SocketMessage gone = await b.Socket.WaitForAsync("partner.gone");
            Assert.Equal("""{"t":"partner.gone"}"""u8.ToArray(), gone.Raw);
            await a.Socket.WaitForAsync("media", m => m.Text("state").Equals("closed", StringComparison.Ordinal));
            await a.Socket.WaitForAsync("partner.gone");
            MetricsSnapshot metrics = await b.Api.ScrapeAsync();
            Assert.Equal(1, metrics.Sum("relay_legs"));
            Assert.Equal(0, metrics.Sum("relay_pairs"));

            // Both can go on: one with the connection it has, the other with a new one.
            await a.ReconnectAsync();
            await Stranger.PairAsync(b, a);
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
        }
    }
}

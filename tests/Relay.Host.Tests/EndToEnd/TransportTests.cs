using System.Net;
using System.Net.Sockets;
using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>What may happen to a connection while its pair talks.</summary>
[Collection(EndToEndCollection.Name)]
public class TransportTests
{
    [Fact]
    public async Task Media_goes_on_through_an_ice_restart()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            string ufrag = a.Peer.Answer!.Ufrag;
            await a.Peer.RestartIceAsync(a.Session);
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            Assert.DoesNotContain(ufrag, (await RestartAgainAsync(a)).Text, StringComparison.Ordinal);
            Assert.Empty((await a.SettleAsync(b)).Breaks);
            Assert.Empty((await b.SettleAsync(a)).Breaks);
            Assert.Equal(0, a.Peer.IceErrorCode);
        }
    }

    [Fact]
    public async Task Media_follows_a_peer_to_another_port()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            IPEndPoint before = a.Peer.LocalEndPoint;
            a.Peer.Rebind();
            Assert.NotEqual(before, a.Peer.LocalEndPoint);
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));

            // What was under way to the old port is lost, and repaired.
            Assert.Empty((await a.SettleAsync(b)).Breaks);
            Assert.Empty((await b.SettleAsync(a)).Breaks);
            Assert.Equal(2, (await a.Api.ScrapeAsync()).Sum("relay_legs"));
        }
    }

    [Fact]
    public async Task Packets_that_come_again_are_dropped()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay, new TestPeerOptions { CapturesSent = true });
        await using (a)
        await using (b)
        {
            await b.HearsAsync(a);
            byte[][] media = MediaOf(a);
            int duplicates = b.Peer.Video!.DuplicateCount + b.Peer.Audio!.DuplicateCount;
            double before = await DroppedAsync(a, "srtp_replayed");
            foreach (byte[] datagram in media)
            {
                a.Peer.SendDatagram(datagram);
            }

            await b.HearsAsync(a);
            Assert.Equal(media.Length, await DroppedAsync(a, "srtp_replayed") - before);
            Assert.Equal(duplicates, b.Peer.Video.DuplicateCount + b.Peer.Audio.DuplicateCount);
            Assert.Empty((await b.SettleAsync(a)).Breaks);
        }
    }

    [Fact]
    public async Task Good_packets_from_a_wrong_address_are_dropped()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay, new TestPeerOptions { CapturesSent = true, SendsMedia = false });
        await using (a)
        await using (b)
        {
            // Right keys, wrong address: dropped before SRTP is asked, which would call them replayed.
            IPEndPoint media = a.Peer.Answer!.Candidates[0];
            a.Peer.SendVideoFrame();
            await b.Peer.WaitUntilAsync(() => b.Peer.Video!.PacketCount == a.Peer.Options.KeyframePackets, "the first frame");
            double before = await DroppedAsync(a, "unknown_flow");
            using var thief = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            thief.Bind(new IPEndPoint(a.Peer.Options.LocalAddress, 0));
            byte[][] stolen = MediaOf(a);
            foreach (byte[] datagram in stolen)
            {
                thief.SendTo(datagram, media);
            }

            a.Peer.SendVideoFrame();
            await b.Peer.WaitUntilAsync(
                () => b.Peer.Video!.PacketCount == a.Peer.Options.KeyframePackets + a.Peer.Options.DeltaFramePackets, "the second frame");
            Assert.Equal(stolen.Length, await DroppedAsync(a, "unknown_flow") - before);
            Assert.Equal(0, await DroppedAsync(a, "srtp_replayed"));
            Assert.Equal(0, thief.Available);
        }
    }

    [Fact]
    public async Task A_leg_deleted_by_its_user_ends_the_pair()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await b.HearsAsync(a);
            (await a.Session.DeleteMediaAsync()).EnsureSuccess();
            Assert.Equal("""{"t":"partner.gone"}"""u8.ToArray(), (await b.Socket.WaitForAsync("partner.gone")).Raw);
            await a.Peer.WaitUntilAsync(() => a.Peer.DtlsState == Core.Dtls.DtlsState.Closed, "close_notify");
        }
    }

    private static async Task<ApiResponse> RestartAgainAsync(Stranger stranger)
    {
        stranger.Peer.Identity.RenewIceCredentials();
        string fragment = Relay.Testing.Sdp.PeerOffer.BuildFragment(stranger.Peer.Identity, stranger.Peer.LocalEndPoint);
        return (await stranger.Session.PatchMediaAsync(fragment)).EnsureSuccess();
    }

    private static byte[][] MediaOf(Stranger stranger) =>
        [.. stranger.Peer.CapturedSent.Where(d => d[0] is >= 128 and <= 191)];

    private static async Task<double> DroppedAsync(Stranger stranger, string reason) =>
        (await stranger.Api.ScrapeAsync())[$"relay_datagrams_dropped_total{{worker=\"0\",reason=\"{reason}\"}}"];
}

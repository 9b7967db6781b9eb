using Relay.Testing;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>A relay with two workers, so small that users land on different ones.</summary>
[Collection(EndToEndCollection.Name)]
public class WorkerPlacementTests
{
    [Fact]
    public async Task Two_pairs_talk_on_two_workers()
    {
        await using RelayFixture relay = await StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        (Stranger c, Stranger d) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        await using (c)
        await using (d)
        {
            MetricsSnapshot before = await a.Api.ScrapeAsync();
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a), c.HearsAsync(d), d.HearsAsync(c));
            MetricsSnapshot after = await a.Api.ScrapeAsync();
            foreach (string worker in new[] { "0", "1" })
            {
                Assert.Equal(2, after[$"relay_legs{{worker=\"{worker}\"}}"]);
                string forwarded = $"relay_datagrams_forwarded_total{{worker=\"{worker}\"}}";
                Assert.InRange(after[forwarded] - before[forwarded], 60, double.MaxValue);
            }

            Assert.NotEqual(a.Peer.Answer!.Candidates[0], c.Peer.Answer!.Candidates[0]);
            foreach ((Stranger one, Stranger other) in new[] { (a, b), (b, a), (c, d), (d, c) })
            {
                Assert.Empty((await one.SettleAsync(other)).Breaks);
                Assert.Equal([other.Tag], one.Peer.Video!.Analyze().Sources);
            }
        }
    }

    [Fact]
    public async Task One_who_waits_alone_on_a_worker_moves_to_where_another_waits()
    {
        await using RelayFixture relay = await StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        await using (Stranger c = await Stranger.ConnectAsync(relay))
        {
            Assert.NotEqual(a.Peer.Answer!.Candidates[0], c.Peer.Answer!.Candidates[0]);
            await a.Socket.CloseAsync();
            await b.Socket.WaitForAsync("partner.gone");
            await b.EnqueueAsync();
            await c.EnqueueAsync();

            // Whichever is asked to move: it posts a fresh offer, and both are paired.
            Task<SocketMessage> atB = AwaitRenewalOrPairAsync(b);
            Task<SocketMessage> atC = AwaitRenewalOrPairAsync(c);
            Task<SocketMessage> first = await Task.WhenAny(atB, atC);
            (Stranger moving, Stranger staying) = first == atB ? (b, c) : (c, b);
            Assert.Equal("renew", (await first).Text("state"));
            await moving.ReconnectAsync();
            await moving.Socket.WaitForAsync("paired");
            Assert.Equal("paired", (await (first == atB ? atC : atB)).Type);
            await Task.WhenAll(moving.HearsAsync(staying), staying.HearsAsync(moving));
            Assert.Equal(staying.Peer.Answer!.Candidates[0], moving.Peer.Answer!.Candidates[0]);
            MetricsSnapshot metrics = await c.Api.ScrapeAsync();
            Assert.Equal(1, metrics.Sum("relay_renewals_total"));
            Assert.Equal(2, metrics.Sum("relay_legs"));
        }
    }

    private static Task<RelayFixture> StartAsync() => RelayFixture.StartAsync(
        ("Media:Workers", "2"), ("Media:LegsPerWorkerTarget", "2"), ("Pairing:RenewAfterSeconds", "1"));

    private static async Task<SocketMessage> AwaitRenewalOrPairAsync(Stranger stranger)
    {
        while (true)
        {
            SocketMessage message = await stranger.Socket.NextAsync();
            if (message.Type is "paired" || (message.Type is "media" && message.Text("state") is "renew"))
            {
                return message;
            }
        }
    }
}

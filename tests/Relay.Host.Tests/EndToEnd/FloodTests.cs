using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>A pair under a flood of garbage.</summary>
[Collection(EndToEndCollection.Name)]
public class FloodTests
{
    private const int PacketsPerSecond = 50_000;

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task Garbage_does_not_disturb_a_running_pair()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            using var flooder = new Flooder(a.Peer.Answer!.Candidates[0], seed: 7);

            // Half a second of it first: whatever the worker allocates once, such as for a kind of packet, it has then.
            await flooder.RunAsync(PacketsPerSecond, TimeSpan.FromSeconds(0.5));
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            MetricsSnapshot before = await a.Api.ScrapeAsync();
            (long sent, int keyframes) = (flooder.Sent, a.Peer.Counters.KeyframesSent + b.Peer.Counters.KeyframesSent);
            await flooder.RunAsync(PacketsPerSecond, Duration / 2);
            TimeSpan elapsed = flooder.Elapsed;
            MetricsSnapshot between = await a.Api.ScrapeAsync();
            await flooder.RunAsync(PacketsPerSecond, Duration / 2);
            elapsed += flooder.Elapsed;
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            MetricsSnapshot after = await a.Api.ScrapeAsync();
            long flood = flooder.Sent - sent;

            StreamAnalysis atA = await a.SettleAsync(b);
            StreamAnalysis atB = await b.SettleAsync(a);
            double received = Growth("relay_datagrams_received_total");
            double allocated = Math.Min(Allocated(between) - Allocated(before), Allocated(after) - Allocated(between));
            Report.Line($"flood: {flood / elapsed.TotalSeconds:F0} packets/s for {elapsed.TotalSeconds:F1} s, {flood} sent, {received:F0} datagrams reached the engine, {allocated:F0} bytes allocated, {Growth("relay_rtx_recovered_total"):F0} packets recovered, breaks {atA.Breaks.Count + atB.Breaks.Count}, frames left out {atA.LeftOut + atB.LeftOut}");
            foreach (string sample in after.Samples.Keys.Where(k => k.StartsWith("relay_datagrams_dropped_total", StringComparison.Ordinal)))
            {
                TestContext.Current.TestOutputHelper?.WriteLine($"{sample} {after[sample] - before[sample]}");
            }

            // The pair notices nothing, and no keyframe was needed for that.
            Assert.Empty(atA.Breaks);
            Assert.Empty(atB.Breaks);
            Assert.Equal(0, atA.LeftOut + atB.LeftOut);
            Assert.Equal(keyframes, a.Peer.Counters.KeyframesSent + b.Peer.Counters.KeyframesSent);
            // In the better half: a collection counts as allocated what was left of the thread's share of the heap.
            Assert.Equal(0, allocated);

            // The garbage got as far as the engine and was counted there by reason.
            Assert.InRange(received, flood * 0.5, double.MaxValue);
            foreach (string reason in new[] { "unknown_flow", "unknown_protocol", "stun_malformed" })
            {
                Assert.InRange(Growth($"relay_datagrams_dropped_total{{worker=\"0\",reason=\"{reason}\"}}"), 1000, double.MaxValue);
            }

            static double Allocated(MetricsSnapshot snapshot) => snapshot.Sum("relay_worker_allocated_bytes_total");

            double Growth(string family) => after.Sum(family) - before.Sum(family);
        }
    }

    [Fact]
    public async Task Garbage_from_a_peers_own_address_does_not_disturb_its_pair()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        (Stranger a, Stranger b) = await Stranger.ConnectPairAsync(relay);
        await using (a)
        await using (b)
        {
            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            MetricsSnapshot before = await a.Api.ScrapeAsync();
            var random = new Random(11);
            for (int i = 0; i < 5000; i++)
            {
                a.Peer.SendDatagram(Flooder.Make((GarbageKind)(i % 5), random));
                if (i % 500 == 0)
                {
                    await b.HearsAsync(a, packets: 1);
                }
            }

            await Task.WhenAll(a.HearsAsync(b), b.HearsAsync(a));
            Assert.Empty((await a.SettleAsync(b)).Breaks);
            Assert.Empty((await b.SettleAsync(a)).Breaks);
            MetricsSnapshot after = await a.Api.ScrapeAsync();
            Assert.InRange(after.Sum("relay_datagrams_dropped_total") - before.Sum("relay_datagrams_dropped_total"), 4000, 5100);
            Assert.Equal(2, after.Sum("relay_legs"));
        }
    }
}

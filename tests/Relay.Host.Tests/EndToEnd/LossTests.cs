using Relay.Testing;
using Relay.Testing.Api;
using Relay.Testing.Peers;
using Xunit;

namespace Relay.Host.Tests.EndToEnd;

/// <summary>Video over networks that lose packets on both sides of the relay.</summary>
[Collection(EndToEndCollection.Name)]
public class LossTests
{
    [Fact]
    public async Task Video_is_clean_at_one_percent_loss()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        using var networkA = new LossyProxy(0, seed: 21);
        using var networkB = new LossyProxy(0, seed: 22);
        var options = new TestPeerOptions { DeltaFramePackets = 8 };
        await using Stranger a = await Stranger.ConnectAsync(relay, options with { Route = networkA.Route });
        await using Stranger b = await Stranger.ConnectAsync(relay, options with { Route = networkB.Route });
        await Stranger.PairAsync(a, b);
        // A receiver cannot miss what came before the first packet that it saw, so that one is not lost.
        await Task.WhenAll(a.HearsAsync(b, packets: 10), b.HearsAsync(a, packets: 10));
        networkA.Loss = networkB.Loss = 0.01;
        await Task.WhenAll(a.HearsAsync(b, packets: 1500), b.HearsAsync(a, packets: 1500));
        StreamAnalysis atA = await a.SettleAsync(b);
        StreamAnalysis atB = await b.SettleAsync(a);
        MetricsSnapshot metrics = await a.Api.ScrapeAsync();

        Report.Line($"loss: 1 % each way, {networkA.LostUp + networkB.LostUp} lost on the way in, {networkA.LostDown + networkB.LostDown} on the way out, {metrics.Sum("relay_rtx_recovered_total"):F0} recovered, {metrics.Sum("relay_rtx_sent_total"):F0} sent again, {atA.Frames.Count + atB.Frames.Count} frames, breaks {atA.Breaks.Count + atB.Breaks.Count}");
        foreach ((StreamAnalysis video, Stranger sender) in new[] { (atA, b), (atB, a) })
        {
            Assert.Empty(video.Breaks);
            Assert.Equal(0, video.LostPackets);
            Assert.Equal(0, video.LeftOut);
            Assert.Equal([sender.Tag], video.Sources);
            Assert.True(video.Frames.Count > 150, $"{video.Frames.Count} frames");
        }

        // Both halves were put to work: asking the sender again, and sending the receiver again.
        Assert.InRange(networkA.LostUp + networkB.LostUp, 10, long.MaxValue);
        Assert.InRange(networkA.LostDown + networkB.LostDown, 10, long.MaxValue);
        Assert.InRange(metrics.Sum("relay_rtx_recovered_total"), 5, double.MaxValue);
        Assert.InRange(metrics.Sum("relay_rtx_sent_total"), 5, double.MaxValue);
        Assert.InRange(a.Peer.Video!.RetransmissionCount + b.Peer.Video!.RetransmissionCount, 5, int.MaxValue);
        Assert.InRange(a.Peer.Counters.RtxSent + b.Peer.Counters.RtxSent, 5, int.MaxValue);
    }

    [Fact]
    public async Task Users_connect_over_a_network_that_loses_a_fifth()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        using var network = new LossyProxy(0.2, seed: 5);
        await using Stranger a = await Stranger.ConnectAsync(relay, new TestPeerOptions { Route = network.Route });
        await using Stranger b = await Stranger.ConnectAsync(relay);
        await Stranger.PairAsync(a, b);
        await Task.WhenAll(a.HearsAsync(b, packets: 10), b.HearsAsync(a, packets: 10));
        Assert.InRange(network.LostUp + network.LostDown, 1, long.MaxValue);
    }
}

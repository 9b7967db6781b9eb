using Relay.Testing.Network;

namespace Relay.Browser.Tests;

/// <summary>The model of an access link that calls on bad networks are measured with, on a clock of its own.</summary>
public sealed class LinkTests
{
    private const int Packets = 100_000;
    private const int Bytes = 1_000;

    [Fact]
    public void A_clean_link_delays_everything_alike()
    {
        Link link = LinkWith(new LinkProfile("") { DelayMilliseconds = 20 });
        for (int i = 0; i < 10; i++)
        {
            Assert.True(link.TryCarry(Bytes, i, out double due));
            Assert.Equal(i + 20, due);
        }

        LinkCounters counters = link.Take();
        Assert.Equal((10, 0, 0), (counters.Packets, counters.Lost, counters.Overflowed));
        Assert.Equal((10 * Bytes, 10 * Bytes), (counters.OfferedBytes, counters.CarriedBytes));
        Assert.Equal(0, link.Take().Packets);
    }

    [Fact]
    public void A_firewall_drops_udp_alone()
    {
        Link link = LinkWith(new LinkProfile("") { BlocksUdp = true });
        Assert.False(link.TryCarry(Bytes, 0, out _, isUdp: true));
        Assert.True(link.TryCarry(Bytes, 0, out _, isUdp: false));
        LinkCounters counters = link.Take();
        Assert.Equal((2, 1, 0), (counters.Packets, counters.Blocked, counters.Lost));
        Assert.Equal(0, link.Take().Blocked);
        Assert.True(LinkWith(new LinkProfile("")).TryCarry(Bytes, 0, out _, isUdp: true));
    }

    [Theory]
    [InlineData(0.05, 1)]
    [InlineData(0.10, 4)]
    public void Losses_have_the_share_and_the_length_asked_for(double loss, double burst)
    {
        Link link = LinkWith(new LinkProfile("") { Loss = loss, LossBurstPackets = burst });
        int bursts = 0;
        bool before = true;
        for (int i = 0; i < Packets; i++)
        {
            bool carried = link.TryCarry(Bytes, i, out _);
            bursts += before && !carried ? 1 : 0;
            before = carried;
        }

        double lost = link.Take().Lost;
        Assert.InRange(lost / Packets, loss * 0.9, loss * 1.1);
        // Losses that do not depend on each other follow one another now and then.
        double length = burst > 1 ? burst : 1 / (1 - loss);
        Assert.InRange(lost / bursts, length * 0.9, length * 1.1);
    }

    [Fact]
    public void A_bottleneck_passes_its_rate_and_drops_what_would_wait_too_long()
    {
        // Ten packets of 8 ms each arrive at once; one that would wait over 40 ms is dropped.
        Link link = LinkWith(new LinkProfile("") { BitsPerSecond = 1_000_000, QueueMilliseconds = 40, DelayMilliseconds = 5 });
        double[] dues = [.. Enumerable.Range(0, 10).Select(_ => link.TryCarry(Bytes, 0, out double due) ? due : -1)];
        Assert.Equal([13, 21, 29, 37, 45, 53, -1, -1, -1, -1], dues);
        LinkCounters counters = link.Take();
        Assert.Equal(4, counters.Overflowed);
        Assert.Equal([0, 8, 16, 24, 32, 40], counters.Waits);
        Assert.True(link.TryCarry(Bytes, 1_000, out double later));
        Assert.Equal(1_013, later);
    }

    [Fact]
    public void Jitter_spreads_evenly_and_lets_packets_overtake()
    {
        Link link = LinkWith(new LinkProfile("") { DelayMilliseconds = 60, JitterMilliseconds = 50 });
        double smallest = double.MaxValue, largest = 0, last = 0;
        int overtaken = 0;
        for (int i = 0; i < Packets; i++)
        {
            Assert.True(link.TryCarry(Bytes, i, out double due));
            smallest = Math.Min(smallest, due - i);
            largest = Math.Max(largest, due - i);
            overtaken += due < last ? 1 : 0;
            last = due;
        }

        Assert.InRange(smallest, 10, 11);
        Assert.InRange(largest, 109, 110);
        Assert.InRange(overtaken, Packets / 3, Packets * 2 / 3);
    }

    [Fact]
    public void Nothing_overtakes_when_a_bottleneck_goes_away()
    {
        Link link = LinkWith(new LinkProfile("") { BitsPerSecond = 1_000_000, QueueMilliseconds = 100 });
        Assert.True(link.TryCarry(Bytes, 0, out _));
        Assert.True(link.TryCarry(Bytes, 0, out double waited));
        link.Change(new LinkProfile(""));
        Assert.True(link.TryCarry(Bytes, 1, out double next));
        Assert.Equal((16, 16), (waited, next));
        Assert.True(link.TryCarry(Bytes, 100, out double free));
        Assert.Equal(100, free);
    }

    private static Link LinkWith(LinkProfile profile) => new(profile, new Random(1));
}

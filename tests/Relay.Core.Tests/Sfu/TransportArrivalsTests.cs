using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public class TransportArrivalsTests
{
    private readonly TransportArrivals _arrivals = new();

    [Fact]
    public void Numbers_are_extended_and_gaps_are_missing()
    {
        Assert.True(_arrivals.Add(65_530, 10, out long first));
        Assert.False(_arrivals.Add(4, 20, out long second));
        Assert.Equal(10, second - first);
        Assert.Equal(second, _arrivals.Highest);
        Assert.Equal((PacketFate.Held, 20u), (_arrivals[second].Fate, _arrivals[second].Time));
        for (long number = first + 1; number < second; number++)
        {
            Assert.Equal(PacketFate.Missing, _arrivals[number].Fate);
        }

        Assert.False(_arrivals.Add(65_535, 30, out long late));
        Assert.Equal((first + 5, PacketFate.Held), (late, _arrivals[late].Fate));
        Assert.Equal(second, _arrivals.Highest);
    }

    [Fact]
    public void A_number_counts_once()
    {
        _arrivals.Add(1, 10, out _);
        _arrivals.Add(1, 99, out long again);
        Assert.Equal(-1, again);
        Assert.Equal(10u, _arrivals[_arrivals.Highest].Time);
    }

    [Theory]
    [InlineData(1000, false)]
    [InlineData(1001, true)]
    [InlineData(30_000, true)]
    [InlineData(-2047, false)]
    [InlineData(-2048, true)]
    public void A_jump_begins_anew_above_all_that_was(int jump, bool isRestart)
    {
        _arrivals.Add(30_000, 10, out long first);
        Assert.Equal(isRestart, _arrivals.Add((ushort)(30_000 + jump), 20, out long number));
        Assert.True(isRestart ? number > first + 0x10000 : number == first + jump);
        Assert.Equal(isRestart, !_arrivals.Contains(first) || _arrivals[first].Fate == PacketFate.Missing);
    }

    [Fact]
    public void Only_the_last_are_remembered()
    {
        for (int i = 0; i <= TransportArrivals.Size; i++)
        {
            _arrivals.Add((ushort)i, 1, out _);
        }

        Assert.False(_arrivals.Contains(_arrivals.Highest - TransportArrivals.Size));
        Assert.True(_arrivals.Contains(_arrivals.Highest - TransportArrivals.Size + 1));
        Assert.False(_arrivals.Contains(_arrivals.Highest + 1));
        Assert.False(_arrivals.Contains(-1));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(12_345)]
    [InlineData(-12_345)]
    public void Fate_and_transit_do_not_touch_each_other(int transit)
    {
        var arrival = new TransportArrivals.Arrival { Time = 7, Fate = PacketFate.Forwarded, Transit = transit };
        arrival.Fate = PacketFate.Told;
        Assert.Equal((7u, PacketFate.Told, transit), (arrival.Time, arrival.Fate, arrival.Transit));
    }

    // Thousands of legs wait and send nothing.
    [Fact]
    public void Nothing_is_allocated_for_numbers_before_the_first_packet()
    {
        const int BytesMax = 200;
        _ = new TransportArrivals();
        long before = GC.GetAllocatedBytesForCurrentThread();
        var map = new TransportArrivals();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, BytesMax);
        map.Add(1, 0, out _);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, TransportArrivals.Size, int.MaxValue);
    }
}

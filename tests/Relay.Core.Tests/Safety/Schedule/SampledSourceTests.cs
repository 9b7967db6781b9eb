using Relay.Core.Primitives;
using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SampledSourceTests
{
    private readonly SampledSource _source = new(SourceRisk.Normal, new SeededRandomSource(1), new Instant(1000));

    [Fact]
    public void The_next_timer_is_the_earliest_of_all()
    {
        Assert.Equal(Instant.Never, _source.NextTimer);
        _source.NextLook = new Instant(50);
        Assert.Equal(new Instant(50), _source.NextTimer);
        _source.NextDecoy = new Instant(40);
        Assert.Equal(new Instant(40), _source.NextTimer);
        _source.NextQueueLook = new Instant(30);
        Assert.Equal(new Instant(30), _source.NextTimer);
        _source.NextBurst = new Instant(20);
        Assert.Equal(new Instant(20), _source.NextTimer);
        _source.OrderTimeout = new Instant(10);
        Assert.Equal(new Instant(10), _source.NextTimer);
        _source.StopLooks();
        Assert.Equal(new Instant(30), _source.NextTimer);
    }

    [Fact]
    public void A_frame_of_a_burst_that_was_still_to_come_is_not_lost()
    {
        _source.BurstLeft = 1;
        _source.StopLooks();
        Assert.Equal(1, _source.BurstLeft);
        _source.NextBurst = new Instant(20);
        _source.StopLooks();
        Assert.Equal(2, _source.BurstLeft);
        Assert.Equal(Instant.Never, _source.NextBurst);
    }

    [Fact]
    public void Its_clock_runs_with_a_partner_and_while_it_sends()
    {
        Assert.Equal((false, false), (_source.IsWatched, _source.IsWaiting));
        _source.IsPaired = true;
        Assert.Equal((false, false), (_source.IsWatched, _source.IsWaiting));
        _source.IsPaused = false;
        Assert.Equal((true, false), (_source.IsWatched, _source.IsWaiting));
        _source.IsPaired = false;
        Assert.Equal((false, true), (_source.IsWatched, _source.IsWaiting));
    }
}

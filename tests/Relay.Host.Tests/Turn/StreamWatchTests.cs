using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamWatchTests
{
    private int _aborts;

    [Fact]
    public void What_is_late_aborts_once_and_says_what_it_was()
    {
        var watch = new StreamWatch(() => _aborts++);
        watch.Expect(StreamOutcome.SaidNothing, TimeSpan.FromSeconds(10));
        watch.Expect(StreamOutcome.Stalled, TimeSpan.FromSeconds(100));
        watch.Check(MonotonicClock.Now);
        Assert.Equal(0, _aborts);
        Assert.Equal(StreamOutcome.Done, watch.Expired);
        watch.Check(MonotonicClock.Now + TimeSpan.FromSeconds(11));
        watch.Check(MonotonicClock.Now + TimeSpan.FromSeconds(200));
        Assert.Equal(1, _aborts);
        Assert.Equal(StreamOutcome.SaidNothing, watch.Expired);
    }

    [Fact]
    public void What_is_done_or_expected_anew_is_not_late()
    {
        var watch = new StreamWatch(() => _aborts++);
        Instant later = MonotonicClock.Now + TimeSpan.FromSeconds(11);
        watch.Expect(StreamOutcome.Idle, TimeSpan.FromSeconds(10));
        watch.Expect(StreamOutcome.Idle, TimeSpan.FromSeconds(20));
        watch.Expect(StreamOutcome.Unused, TimeSpan.FromSeconds(10));
        watch.Met(StreamOutcome.Unused);
        watch.Check(later);
        Assert.Equal(0, _aborts);
    }

    [Fact]
    public void What_waits_for_others_is_stopped_too_whenever_it_says_so()
    {
        int stops = 0;
        var watch = new StreamWatch(() => _aborts++);
        watch.Stops(() => stops++);
        watch.Expect(StreamOutcome.Idle, TimeSpan.FromSeconds(10));
        watch.Check(MonotonicClock.Now);
        Assert.Equal(0, stops);
        watch.Check(MonotonicClock.Now + TimeSpan.FromSeconds(11));
        watch.Check(MonotonicClock.Now + TimeSpan.FromSeconds(12));
        Assert.Equal((1, 1), (_aborts, stops));
        watch.Stops(() => stops += 10);
        Assert.Equal((1, 11), (_aborts, stops));
    }
}

using Relay.Core.Primitives;
using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SamplingLineTests
{
    private static readonly SamplingPolicy Policy = new() { SamplesPerSecond = 1, SamplesAtOnce = 4 };

    private readonly SampledSource?[] _sources = new SampledSource?[6];
    private readonly SamplingCounters _counters = new();
    private readonly SamplingLine _line;
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    public SamplingLineTests()
    {
        _line = new SamplingLine(Policy, _sources, _counters);
        for (int i = 0; i < _sources.Length; i++)
        {
            _sources[i] = new SampledSource(SourceRisk.Normal, new SeededRandomSource(i), _now);
        }
    }

    [Fact]
    public void Risk_times_the_time_since_the_last_look_decides()
    {
        // 60/12 = 5, 30/5 = 6, 14/2 = 7, 20/5 = 4
        Set(0, SourceRisk.Low, 60);
        Set(1, SourceRisk.Normal, 30);
        Set(2, SourceRisk.High, 14);
        Set(3, SourceRisk.Normal, 20);
        Assert.Equal([2, 1, 0], Take());
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal([3], Take());
    }

    [Fact]
    public void A_gate_that_waits_goes_first_and_may_spend_what_others_leave()
    {
        for (int i = 0; i < 4; i++)
        {
            Set(i, SourceRisk.High, 100);
        }

        Assert.Equal(3, Take().Count);
        _line.Add(4, SampleCause.Reported);
        _line.Add(5, SampleCause.Burst);
        Assert.Equal([5], Take());
        _now += TimeSpan.FromSeconds(1);
        Assert.Equal([4], Take());
    }

    [Fact]
    public void It_says_when_the_next_one_can_be_afforded()
    {
        Assert.Equal(Instant.Never, _line.NextTurn);
        for (int i = 0; i < 4; i++)
        {
            Set(i, SourceRisk.High, 100);
        }

        Assert.True(_line.NextTurn <= _now);
        Assert.Equal(3, Take().Count);
        Assert.Equal(_now + TimeSpan.FromSeconds(1), _line.NextTurn);
        _line.Add(5, SampleCause.Burst);
        Assert.True(_line.NextTurn <= _now);
    }

    [Fact]
    public void A_source_whose_keyframe_is_under_way_waits_for_it()
    {
        _line.Add(0, SampleCause.Burst);
        Assert.Equal([0], Take());
        _line.Add(0, SampleCause.Burst);
        _now += TimeSpan.FromSeconds(1);
        Assert.Empty(Take());
        Assert.Equal(Instant.Never, _line.NextTurn);
        _sources[0]!.Ordered = SampleCause.None;
        Assert.Equal([0], Take());
    }

    [Fact]
    public void A_source_is_not_looked_at_twice_within_half_a_second()
    {
        _line.Add(0, SampleCause.Burst);
        Assert.Equal([0], Take());
        _sources[0]!.Ordered = SampleCause.None;
        _line.Add(0, SampleCause.Burst);
        Assert.Equal(_now + Policy.GapMin, _line.NextTurn);
        _now += Policy.GapMin - new TimeSpan(1);
        Assert.Empty(Take());
        _now += new TimeSpan(1);
        Assert.Equal([0], Take());
    }

    [Fact]
    public void Two_causes_are_one_look_for_the_more_urgent()
    {
        _line.Add(0, SampleCause.Reported);
        _line.Add(0, SampleCause.Periodic);
        Assert.Equal(SampleCause.Reported, _sources[0]!.Pending);
        _line.Add(0, SampleCause.Burst);
        Assert.Equal(SampleCause.Burst, _sources[0]!.Pending);
        Assert.Equal(2, _counters.Skipped(SkipReason.Merged));
        Assert.Equal([0], Take());
        Assert.Equal(SampleCause.Burst, _sources[0]!.Ordered);
    }

    [Fact]
    public void A_clock_that_rings_before_its_turn_is_skipped_for_the_budget()
    {
        _line.Add(0, SampleCause.Periodic);
        _line.Add(0, SampleCause.SceneChange);
        Assert.Equal((1, 0), (_counters.Skipped(SkipReason.Merged), _counters.Skipped(SkipReason.Budget)));
        _line.Add(0, SampleCause.Periodic);
        _line.Add(0, SampleCause.Waiting);
        Assert.Equal((1, 2), (_counters.Skipped(SkipReason.Merged), _counters.Skipped(SkipReason.Budget)));
    }

    [Fact]
    public void Who_is_removed_is_counted_once()
    {
        _line.Add(0, SampleCause.Periodic);
        _line.Add(1, SampleCause.Periodic);
        _line.Remove(0, SkipReason.Stopped);
        _line.Remove(0, SkipReason.Stopped);
        Assert.Equal(1, _counters.Skipped(SkipReason.Stopped));
        Assert.Equal([1], Take());
    }

    private void Set(int slot, SourceRisk risk, double unseenSeconds)
    {
        _sources[slot]!.Risk = risk;
        _sources[slot]!.LastLook = _now - TimeSpan.FromSeconds(unseenSeconds);
        _line.Add(slot, SampleCause.Periodic);
    }

    private List<int> Take()
    {
        List<int> taken = [];
        while (_line.TryTake(_now, out int slot))
        {
            taken.Add(slot);
        }

        return taken;
    }
}

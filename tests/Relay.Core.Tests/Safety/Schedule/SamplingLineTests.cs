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
        _line.Add(4, SampleCause.Reported, _now);
        _line.Add(5, SampleCause.Burst, _now);
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
        _line.Add(5, SampleCause.Burst, _now);
        Assert.True(_line.NextTurn <= _now);
    }

    [Fact]
    public void A_source_whose_keyframe_is_under_way_waits_for_it()
    {
        _line.Add(0, SampleCause.Burst, _now);
        Assert.Equal([0], Take());
        _line.Add(0, SampleCause.Burst, _now);
        Assert.Empty(Take());
        Assert.Equal(Instant.Never, _line.NextTurn);
        _sources[0]!.Ordered = SampleCause.None;
        Assert.Equal([0], Take());
    }

    [Fact]
    public void Two_causes_are_one_look_for_the_more_urgent()
    {
        _line.Add(0, SampleCause.Reported, _now);
        _line.Add(0, SampleCause.Periodic, _now);
        Assert.Equal(SampleCause.Reported, _sources[0]!.Pending);
        _line.Add(0, SampleCause.Burst, _now);
        Assert.Equal(SampleCause.Burst, _sources[0]!.Pending);
        Assert.Equal(2, _counters.Skipped(SkipReason.Merged));
        Assert.Equal([0], Take());
        Assert.Equal(SampleCause.Burst, _sources[0]!.Ordered);
    }

    [Fact]
    public void What_cannot_be_afforded_for_ten_seconds_is_given_up_unless_a_gate_waits()
    {
        SamplingLine line = new(Policy with { SamplesPerSecond = 0.1 }, _sources, _counters);
        for (int i = 0; i < 4; i++)
        {
            line.Add(i, SampleCause.Burst, _now);
            Assert.True(line.TryTake(_now, out _));
        }

        line.Add(4, SampleCause.Periodic, _now);
        line.Add(5, SampleCause.Preflight, _now);
        _now += Policy.WaitMax - new TimeSpan(1);
        line.GiveUp(_now);
        Assert.Equal(0, _counters.Skipped(SkipReason.Budget));
        _now += new TimeSpan(1);
        Assert.Equal(_now, line.NextTurn);
        line.GiveUp(_now);
        Assert.Equal(1, _counters.Skipped(SkipReason.Budget));
        Assert.Equal((SampleCause.None, SampleCause.Preflight), (_sources[4]!.Pending, _sources[5]!.Pending));
        Assert.True(line.TryTake(_now, out int slot));
        Assert.Equal(5, slot);
    }

    [Fact]
    public void Who_is_removed_is_counted_once()
    {
        _line.Add(0, SampleCause.Periodic, _now);
        _line.Add(1, SampleCause.Periodic, _now);
        _line.Remove(0, SkipReason.Stopped);
        _line.Remove(0, SkipReason.Stopped);
        Assert.Equal(1, _counters.Skipped(SkipReason.Stopped));
        Assert.Equal([1], Take());
    }

    private void Set(int slot, SourceRisk risk, double unseenSeconds)
    {
        _sources[slot]!.Risk = risk;
        _sources[slot]!.LastLook = _now - TimeSpan.FromSeconds(unseenSeconds);
        _line.Add(slot, SampleCause.Periodic, _now);
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

using Relay.Core.Safety.Schedule;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SamplingScheduleTests
{
    private static readonly SamplingPolicy NoDecoys = new() { DecoyShare = 0 };

    [Fact]
    public void A_source_is_looked_at_before_it_waits_and_every_twenty_seconds_while_it_does()
    {
        SamplingScene scene = new SamplingScene().Open(0).Run(70);
        Assert.Equal(
            [(0.0, 0, SampleCause.Preflight), (20.0, 0, SampleCause.Waiting), (40.0, 0, SampleCause.Waiting),
                (60.0, 0, SampleCause.Waiting)],
            scene.Orders);
        Assert.Equal(4, scene.Schedule.Counters.Taken);
    }

    [Theory]
    [InlineData(SourceRisk.High, 2)]
    [InlineData(SourceRisk.Normal, 5)]
    [InlineData(SourceRisk.Low, 12)]
    public void Gaps_are_exponential_around_the_mean_of_the_risk(SourceRisk risk, double mean)
    {
        SamplingScene scene = new SamplingScene(NoDecoys).Open(0, risk).Pair(0).Run(mean * 10_000);
        double[] at = [.. scene.Orders.Where(o => o.Cause == SampleCause.Periodic).Select(o => o.At)];
        double[] gaps = [.. at.Zip(at.Skip(1), (a, b) => b - a)];
        Assert.InRange(gaps.Length, 9_000, 11_000);
        double max = Math.Min(4 * mean, 30);
        Assert.All(gaps, gap => Assert.InRange(gap, 0.3, max + 0.21));
        double cut = mean * (1 - Math.Exp(-max / mean));
        Assert.InRange(gaps.Average(), 0.95 * cut, 1.07 * cut);
        Assert.InRange(gaps.Count(gap => gap > mean) / (double)gaps.Length, 0.34, 0.40);
        Assert.InRange(gaps.Count(gap => gap > 2 * mean) / (double)gaps.Length, 0.11, 0.16);

        // Long gaps follow on long ones as often as on short ones: what was says nothing of what comes.
        double afterLong = gaps.Zip(gaps.Skip(1)).Where(pair => pair.First > mean).Average(pair => pair.Second);
        Assert.InRange(afterLong, 0.93 * cut, 1.09 * cut);
    }

    [Fact]
    public void The_clock_of_a_source_is_its_own_secret()
    {
        double[] Looks(int seed, int source) =>
        [
            .. new SamplingScene(NoDecoys, seed: seed).Open(0).Open(1).Pair(0).Pair(1).Run(300)
                .Orders.Where(o => o.Source == source && o.Cause == SampleCause.Periodic).Select(o => o.At),
        ];
        Assert.Equal(Looks(1, 0), Looks(1, 0));
        Assert.Empty(Looks(1, 0).Intersect(Looks(1, 1)));
        Assert.Empty(Looks(1, 0).Intersect(Looks(2, 0)));
    }

    [Fact]
    public void A_pair_starts_with_a_look_and_ends_the_clock()
    {
        SamplingScene scene = new SamplingScene().Open(0).Run(1).Pair(0).Run(100);
        Assert.Equal((1.0, 0, SampleCause.PairStart), scene.Orders[1]);
        int looks = scene.Orders.Count;
        scene.Schedule.HandleUnpaired(0, leftByPartner: true, scene.Now);
        scene.Run(19.9);
        Assert.Equal(looks, scene.Orders.Count);
        scene.Run(0.2);
        Assert.Equal(SampleCause.Waiting, scene.Orders[^1].Cause);
    }

    [Theory]
    [InlineData(2.9, true, 4)]
    [InlineData(3.0, true, 0)]
    [InlineData(1.0, false, 0)]
    public void A_partner_who_leaves_at_once_is_a_reason_to_look(double after, bool leftByPartner, int looks)
    {
        SamplingScene scene = new SamplingScene(NoDecoys with { NormalMean = TimeSpan.FromSeconds(12) }, seed: 3);
        scene.Open(0).Run(1).Pair(0).Run(after);
        scene.Orders.Clear();
        scene.Schedule.HandleUnpaired(0, leftByPartner, scene.Now);
        scene.Run(10);
        Assert.Equal(
            new[] { SampleCause.QuickLeave, SampleCause.Burst, SampleCause.Burst, SampleCause.Burst }[..looks], scene.Causes(0));
        Assert.All(scene.Orders.Zip(scene.Orders.Skip(1)), pair => Assert.Equal(0.5, pair.Second.At - pair.First.At, 6));
    }

    [Fact]
    public void A_report_and_a_gate_have_it_looked_at_in_a_burst()
    {
        SamplingScene scene = new SamplingScene().Open(0).Run(5);
        scene.Schedule.HandleReported(0, scene.Now);
        scene.Run(5);
        scene.Schedule.HandleWanted(0, 3, scene.Now);
        scene.Run(5);
        Assert.Equal(
            [(5.0, 0, SampleCause.Reported), (5.5, 0, SampleCause.Burst), (6.0, 0, SampleCause.Burst), (6.5, 0, SampleCause.Burst),
                (10.0, 0, SampleCause.Burst), (10.5, 0, SampleCause.Burst), (11.0, 0, SampleCause.Burst)],
            scene.Orders[1..]);
    }

    [Fact]
    public void Reports_in_a_row_do_not_add_up()
    {
        SamplingScene scene = new SamplingScene().Open(0).Run(5);
        for (int i = 0; i < 50; i++)
        {
            scene.Schedule.HandleReported(0, scene.Now);
        }

        scene.Run(10);
        Assert.InRange(scene.Causes(0).Length, 5, 6);
        Assert.Equal(49, scene.Schedule.Counters.Skipped(SkipReason.Merged));
    }

    [Fact]
    public void While_it_is_paused_nothing_is_ordered_and_then_it_is_looked_at_at_once()
    {
        SamplingScene scene = new SamplingScene().Open(0).Pair(0).Run(60);
        scene.Schedule.HandlePaused(0, scene.Now);
        int looks = scene.Orders.Count;
        scene.Schedule.HandleReported(0, scene.Now);
        scene.Schedule.HandleSceneChange(0, scene.Now);
        scene.Run(100);
        Assert.Equal(looks, scene.Orders.Count);
        scene.Schedule.HandleResumed(0, scene.Now);
        scene.Run(0);
        Assert.Equal((160.0, 0, SampleCause.Resumed), scene.Orders[looks]);
        scene.Run(60);
        Assert.Contains(SampleCause.Periodic, scene.Causes(0)[looks..]);
    }

    [Fact]
    public void A_pause_is_no_way_out_of_a_burst()
    {
        SamplingScene scene = new SamplingScene().Open(0).Run(5);
        scene.Schedule.HandleWanted(0, 3, scene.Now);
        scene.Schedule.HandlePaused(0, scene.Now);
        Assert.Equal(1, scene.Schedule.Counters.Skipped(SkipReason.Stopped));
        scene.Run(5);
        scene.Schedule.HandleResumed(0, scene.Now);
        scene.Orders.Clear();
        scene.Run(5);
        Assert.Equal([SampleCause.Resumed, SampleCause.Burst, SampleCause.Burst], scene.Causes(0));
    }

    [Fact]
    public void What_resumes_does_not_wait_for_a_keyframe_of_before()
    {
        SamplingScene scene = new SamplingScene().Open(0);
        scene.Silent.Add(0);
        scene.Run(0.1);
        scene.Schedule.HandleResumed(0, scene.Now);
        scene.Run(0.9);
        Assert.Equal([(0.0, 0, SampleCause.Preflight), (0.5, 0, SampleCause.Resumed)], scene.Orders);
    }

    /// <summary>Pausing and resuming a thousand times a second spends no more of the budget than a burst does.</summary>
    [Fact]
    public void No_source_is_looked_at_more_than_twice_a_second()
    {
        SamplingScene scene = new SamplingScene(NoDecoys).Open(0).Open(1).Pair(0).Pair(1);
        for (int i = 0; i < 10_000; i++)
        {
            scene.Schedule.HandlePaused(0, scene.Now);
            scene.Schedule.HandleResumed(0, scene.Now);
            scene.Schedule.HandleReported(0, scene.Now);
            scene.Schedule.HandleWanted(0, 3, scene.Now);
            scene.Run(0.001);
        }

        double[] at = [.. scene.Orders.Where(o => o.Source == 0).Select(o => o.At)];
        Assert.InRange(at.Length, 19, 21);
        Assert.All(at.Zip(at.Skip(1)), pair => Assert.True(pair.Second - pair.First >= 0.499));
    }

    [Fact]
    public void Those_who_wait_for_a_partner_count_as_load()
    {
        SamplingPolicy policy = new() { DecoyShare = 0, SamplesPerSecond = 2, SamplesAtOnce = 4 };
        SamplingScene scene = new(policy, slots: 120);
        int sources = 0;
        for (; scene.Schedule.AdmitsVideo; sources++)
        {
            scene.Open(sources);
        }

        // 1.5 looks a second: thirty at 20 s. They are not stretched four times, but to 30 s.
        Assert.Equal(120, sources);
        scene.Run(100);
        scene.Orders.Clear();
        scene.Run(300);
        Assert.InRange(scene.Orders.Count, 580, 605);
        Assert.Equal(120, scene.Orders.Select(o => o.Source).Distinct().Count());
        scene.Schedule.HandlePaused(0, scene.Now);
        Assert.True(scene.Schedule.AdmitsVideo);
    }

    [Fact]
    public void A_change_of_scene_is_looked_at_but_not_each_of_many()
    {
        SamplingScene scene = new SamplingScene(NoDecoys).Open(0).Run(1);
        for (int i = 0; i < 100; i++)
        {
            scene.Schedule.HandleSceneChange(0, scene.Now);
            scene.Run(0.1);
        }

        Assert.Equal(5, scene.Causes(0).Count(cause => cause == SampleCause.SceneChange));
        Assert.Equal(95, scene.Schedule.Counters.Skipped(SkipReason.TooSoon));
    }

    [Fact]
    public void A_fifth_more_keyframes_are_asked_for_than_are_looked_at()
    {
        SamplingScene scene = new SamplingScene().Open(0).Pair(0).Run(20_000);
        double share = scene.Schedule.Counters.Ordered(SampleCause.Decoy) / (double)scene.Schedule.Counters.Ordered(SampleCause.Periodic);
        Assert.InRange(share, 0.17, 0.23);
        Assert.Equal(scene.Schedule.Counters.Taken, scene.Orders.Count(o => o.Cause != SampleCause.Decoy));
    }

    [Fact]
    public void A_keyframe_that_does_not_come_is_not_waited_for()
    {
        SamplingScene scene = new SamplingScene(NoDecoys).Open(0);
        scene.Silent.Add(0);
        scene.Run(2.9);
        scene.Schedule.HandleReported(0, scene.Now);
        Assert.Single(scene.Run(0).Orders);
        scene.Run(0.2);
        Assert.Equal(SampleCause.Reported, scene.Orders[^1].Cause);
        Assert.Equal(1, scene.Schedule.Counters.Skipped(SkipReason.NoKeyframe));
        Assert.Equal(0, scene.Schedule.Counters.Taken);
    }

    [Fact]
    public void Many_sources_stretch_the_gaps_and_then_are_too_many()
    {
        SamplingPolicy policy = new() { DecoyShare = 0, SamplesPerSecond = 10, SamplesAtOnce = 10 };
        SamplingScene scene = new(policy, slots: 400);
        int sources = 0;
        for (; scene.Schedule.AdmitsVideo; sources++)
        {
            Assert.InRange(scene.Schedule.Stretch, 1, 4);
            scene.Open(sources).Pair(sources);
        }

        // 7.5 looks a second are for the clocks: 37 sources at 5 s, and four times as many at 20 s.
        Assert.Equal(150, sources);
        Assert.Equal(4, scene.Schedule.Stretch);
        scene.Run(60);
        scene.Orders.Clear();
        scene.Run(600);
        int[] looks = [.. Enumerable.Range(0, sources).Select(s => scene.Orders.Count(o => o.Source == s))];
        Assert.InRange(looks.Average(), 600 / 20 * 0.9, 600 / 20 * 1.35);
        Assert.InRange(looks.Min(), 10, 30);

        scene.Schedule.HandleClosed(0, scene.Now);
        Assert.True(scene.Schedule.AdmitsVideo);
    }

    /// <summary>Far more than can be looked at: the budget holds, the rest is counted, and nobody is forgotten.</summary>
    [Fact]
    public void Overload_keeps_to_the_budget_and_counts_what_it_skips()
    {
        SamplingPolicy policy = new() { DecoyShare = 0, SamplesPerSecond = 5, SamplesAtOnce = 8 };
        SamplingScene scene = new(policy, slots: 300);
        for (int slot = 0; slot < 300; slot++)
        {
            scene.Open(slot, slot < 100 ? SourceRisk.High : SourceRisk.Low).Pair(slot);
        }

        scene.Run(200);
        scene.Orders.Clear();
        scene.Run(400);
        Assert.False(scene.Schedule.AdmitsVideo);
        Assert.InRange(scene.Orders.Count, 400 * 5 * 0.98, (400 * 5) + 8);
        Assert.All(scene.Orders.GroupBy(o => (int)o.At), second => Assert.InRange(second.Count(), 0, 5 + 8));
        Assert.True(scene.Schedule.Counters.Skipped(SkipReason.Budget) > 1000);
        double high = scene.Orders.Count(o => o.Source < 100) / 100.0;
        double low = scene.Orders.Count(o => o.Source >= 100) / 200.0;
        Assert.InRange(high / low, 2, 8);
        Assert.Equal(300, scene.Orders.Select(o => o.Source).Distinct().Count());
    }

    /// <summary>The gate of one source waits; a hundred others only have their clocks.</summary>
    [Fact]
    public void A_gate_that_waits_is_served_in_overload_too()
    {
        SamplingPolicy policy = new() { DecoyShare = 0, SamplesPerSecond = 2, SamplesAtOnce = 8 };
        SamplingScene scene = new(policy, slots: 101);
        for (int slot = 0; slot <= 100; slot++)
        {
            scene.Open(slot, SourceRisk.High).Pair(slot);
        }

        scene.Run(300);
        for (int i = 0; i < 20; i++)
        {
            scene.Orders.Clear();
            scene.Schedule.HandleWanted(100, 1, scene.Now);
            scene.Run(0.5);
            Assert.Contains((100, SampleCause.Burst), scene.Orders.Select(o => (o.Source, o.Cause)));
            scene.Run(9.5);
        }
    }

    [Fact]
    public void Risk_changes_the_clock()
    {
        SamplingScene scene = new SamplingScene(NoDecoys).Open(0, SourceRisk.Low).Pair(0).Run(1000);
        int low = scene.Orders.Count;
        scene.Schedule.HandleRisk(0, SourceRisk.High, scene.Now);
        scene.Run(1000);
        Assert.InRange((scene.Orders.Count - low) / (double)low, 4, 8);
    }

    [Fact]
    public void A_slot_that_is_free_takes_another_source_and_nothing_of_the_last()
    {
        SamplingScene scene = new SamplingScene().Open(0).Pair(0).Run(10);
        scene.Schedule.HandleReported(0, scene.Now);
        scene.Schedule.HandleClosed(0, scene.Now);
        scene.Run(100);
        scene.Orders.Clear();
        scene.Schedule.HandlePaired(0, scene.Now);
        scene.Schedule.HandleTaken(0, scene.Now);
        Assert.Empty(scene.Run(50).Orders);
        scene.Open(0).Run(10);
        Assert.Equal([(160.0, 0, SampleCause.Preflight)], scene.Orders);
        Assert.Throws<InvalidOperationException>(() => scene.Open(0));
    }

    [Fact]
    public void Scheduling_allocates_nothing()
    {
        SamplingSchedule schedule = new SamplingScene(slots: 64).Schedule;
        Relay.Core.Primitives.Instant now = new(TimeSpan.FromHours(1).Ticks);
        for (int slot = 0; slot < 64; slot++)
        {
            schedule.HandleOpened(slot, SourceRisk.High, now);
            schedule.HandlePaired(slot, now);
        }

        Drive(1000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Drive(1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(schedule.Counters.Taken > 5000);

        void Drive(int turns)
        {
            for (int i = 0; i < turns; i++)
            {
                now += TimeSpan.FromMilliseconds(500);
                schedule.HandleTimeout(now);
                while (schedule.TryDequeueOrder(out SampleOrder order))
                {
                    if (order.Cause != SampleCause.Decoy)
                    {
                        schedule.HandleTaken(order.Source, now);
                    }
                }
            }
        }
    }
}

using System.Globalization;
using Relay.Core.Primitives;
using Relay.Core.Safety.Gates;
using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;
using Xunit;

namespace Relay.Core.Tests.Safety;

/// <summary>Schedule and gates together, in virtual time: keyframes come after 150 ms, verdicts 300 ms later.</summary>
public sealed class SafetyLoopTests(ITestOutputHelper output)
{
    private static readonly GatePolicy Policy = new();

    [Fact]
    public void What_turns_bad_is_blocked_after_a_few_seconds_and_stays_blocked()
    {
        const int Sources = 60;
        double[] onset = [.. Enumerable.Range(0, Sources).Select(i => 30 + (i * 1.37))];
        Loop loop = new(Sources, judge: (source, at) => at < onset[source] ? Verdict.Clean : Verdict.Suspect);
        loop.Run(200);
        double[] exposed = [.. Enumerable.Range(0, Sources).Select(i => loop.OpenSince(i, onset[i])).Order()];
        Assert.All(Enumerable.Range(0, Sources), i => Assert.Equal(GateState.Blocked, loop.Gates[i].State));
        Assert.All(exposed, seconds => Assert.InRange(seconds, 0, 20.5));
        Assert.InRange(exposed.Average(), 2, 8);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"exposed for {exposed[Sources / 2]:0.0} s (median), {exposed[^1]:0.0} s (longest)"));
    }

    [Fact]
    public void What_begins_bad_is_never_shown()
    {
        Loop loop = new(5, judge: (_, _) => Verdict.Suspect);
        loop.Run(60);
        Assert.All(Enumerable.Range(0, 5), i => Assert.Equal(0, loop.OpenSince(i, 0)));
        Assert.All(loop.Gates, gate => Assert.Equal(GateState.Blocked, gate.State));
    }

    /// <summary>One frame in twenty is taken for a bad one.</summary>
    [Fact]
    public void A_false_alarm_costs_less_than_two_seconds()
    {
        Random random = new(2);
        Loop loop = new(10, judge: (_, _) => random.Next(20) == 0 ? Verdict.Suspect : Verdict.Clean);
        loop.Run(120);
        double[] holds = [.. loop.Holds];
        Assert.True(holds.Length > 10);
        Assert.InRange(holds.Order().ElementAt(holds.Length / 2), 0.5, 1.5);
        Assert.True(holds.Count(seconds => seconds <= 2) >= holds.Length * 9 / 10);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_classifier_that_stops_or_fails_closes_every_gate_and_opens_none(bool answers)
    {
        Loop loop = new(20, judge: (_, at) => at < 60 ? Verdict.Clean : answers ? Verdict.Unknown : null);
        loop.Run(60);
        Assert.All(loop.Gates, gate => Assert.True(gate.IsOpen));
        loop.Run(60 + Policy.UnseenMax.TotalSeconds);
        Assert.All(loop.Gates, gate => Assert.Equal(GateState.Held, gate.State));
        int opened = loop.Opened;
        loop.Run(300);
        Assert.Equal(opened, loop.Opened);
    }

    [Fact]
    public void Five_seconds_of_thinking_close_no_honest_gate()
    {
        Loop loop = new(20, judge: (_, _) => Verdict.Clean, thinking: 5);
        loop.Run(300);
        Assert.All(loop.Gates, gate => Assert.True(gate.IsOpen));
        Assert.Equal(20, loop.Opened);
    }

    /// <summary>Twenty times as many sources as can be looked at: gates close, and none opens without a verdict.</summary>
    [Fact]
    public void Overload_closes_gates_and_never_opens_one()
    {
        Loop loop = new(400, judge: (source, at) => source < 200 || at < 100 ? Verdict.Clean : null, samplesPerSecond: 1);
        loop.Run(500);
        int[] open = [.. Enumerable.Range(0, 400).Where(i => loop.Gates[i].IsOpen)];
        Assert.All(open, i => Assert.InRange(i, 0, 199));
        Assert.InRange(open.Length, 1, 150);
        Assert.All(loop.Gates, gate => Assert.NotEqual(GateState.Blocked, gate.State));
    }

    private sealed class Loop
    {
        private static readonly Instant Begin = new(TimeSpan.FromHours(1).Ticks);

        private readonly SamplingSchedule _schedule;
        private readonly Func<int, double, Verdict?> _judge;
        private readonly PriorityQueue<Action, Instant> _later = new();
        private readonly List<(double At, bool IsOpen)>[] _changes;
        private readonly double _thinking;
        private Instant _now = Begin;

        public Loop(int sources, Func<int, double, Verdict?> judge, double samplesPerSecond = 100, double thinking = 0.3)
        {
            SamplingPolicy policy = new() { SamplesPerSecond = samplesPerSecond };
            _schedule = new SamplingSchedule(policy, sources, new SeededRandomSource(4));
            (_judge, _thinking) = (judge, thinking);
            Gates = [.. Enumerable.Range(0, sources).Select(_ => new VerdictGate(Policy, Begin))];
            _changes = [.. Enumerable.Range(0, sources).Select(_ => new List<(double At, bool IsOpen)>())];
            for (int i = 0; i < sources; i++)
            {
                _schedule.HandleOpened(i, SourceRisk.Normal, Begin);
                _schedule.HandlePaired(i, Begin);
            }
        }

        public VerdictGate[] Gates { get; }

        public int Opened => _changes.Sum(changes => changes.Count(change => change.IsOpen));

        /// <summary>Closures that ended, in seconds.</summary>
        public IEnumerable<double> Holds =>
            from changes in _changes
            from pair in changes.Zip(changes.Skip(1))
            where !pair.First.IsOpen
            select pair.Second.At - pair.First.At;

        private double Seconds => (_now - Begin).TotalSeconds;

        /// <summary>For how long the gate was open after that time.</summary>
        public double OpenSince(int source, double since)
        {
            List<(double At, bool IsOpen)> changes = [.. _changes[source], (Seconds, false)];
            return changes.Zip(changes.Skip(1)).Where(pair => pair.First.IsOpen)
                .Sum(pair => Math.Max(0, pair.Second.At - Math.Max(since, pair.First.At)));
        }

        public void Run(double seconds)
        {
            Instant end = _now + TimeSpan.FromSeconds(seconds);
            while (Next() is var next && next <= end)
            {
                _now = next > _now ? next : _now;
                while (_later.TryPeek(out Action? action, out Instant at) && at <= _now)
                {
                    _later.Dequeue();
                    action();
                }

                for (int i = 0; i < Gates.Length; i++)
                {
                    Follow(i, Gates[i].HandleTimeout(_now));
                }

                _schedule.HandleTimeout(_now);
                Drain();
            }

            _now = end;
        }

        private Instant Next()
        {
            Instant next = _later.TryPeek(out _, out Instant at) ? Instant.Min(at, _schedule.NextTimeout) : _schedule.NextTimeout;
            foreach (VerdictGate gate in Gates)
            {
                next = Instant.Min(next, gate.NextTimeout);
            }

            return next;
        }

        private void Drain()
        {
            while (_schedule.TryDequeueOrder(out SampleOrder order))
            {
                if (order.Cause != SampleCause.Decoy)
                {
                    Gates[order.Source].HandleSampleWanted(_now);
                    _later.Enqueue(() => Take(order.Source), _now + TimeSpan.FromMilliseconds(150));
                }
            }
        }

        private void Take(int source)
        {
            _schedule.HandleTaken(source, _now);
            int generation = Gates[source].Generation;
            if (_judge(source, Seconds) is { } verdict)
            {
                _later.Enqueue(
                    () => Follow(source, Gates[source].HandleVerdict(verdict, generation, _now)), _now + TimeSpan.FromSeconds(_thinking));
            }
        }

        private void Follow(int source, GateStep step)
        {
            if (step.WantedFrames > 0)
            {
                _schedule.HandleWanted(source, step.WantedFrames, _now);
            }

            if (step.Changed && (_changes[source].Count > 0 || Gates[source].IsOpen))
            {
                if (_changes[source] is [.., var last] && last.IsOpen == Gates[source].IsOpen)
                {
                    return;
                }

                _changes[source].Add((Seconds, Gates[source].IsOpen));
            }
        }
    }
}

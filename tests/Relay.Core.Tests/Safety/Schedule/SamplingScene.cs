using Relay.Core.Primitives;
using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;

namespace Relay.Core.Tests.Safety.Schedule;

/// <summary>A schedule in virtual time, with sources that answer an order by a keyframe after 200 ms.</summary>
internal sealed class SamplingScene
{
    private static readonly TimeSpan Delay = TimeSpan.FromMilliseconds(200);

    private readonly PriorityQueue<int, Instant> _keyframes = new();

    public SamplingScene(SamplingPolicy? policy = null, int slots = 8, int seed = 1)
    {
        Schedule = new SamplingSchedule(policy ?? new SamplingPolicy(), slots, new SeededRandomSource(seed));
    }

    public SamplingSchedule Schedule { get; }

    public Instant Now { get; private set; } = new(TimeSpan.FromHours(1).Ticks);

    /// <summary>All orders so far, with their times in seconds from the start of the scene.</summary>
    public List<(double At, int Source, SampleCause Cause)> Orders { get; } = [];

    /// <summary>Sources that never send a keyframe.</summary>
    public HashSet<int> Silent { get; } = [];

    public double Seconds => (Now - new Instant(TimeSpan.FromHours(1).Ticks)).TotalSeconds;

    public SamplingScene Open(int slot, SourceRisk risk = SourceRisk.Normal)
    {
        Schedule.HandleOpened(slot, risk, Now);
        return this;
    }

    public SamplingScene Pair(int slot)
    {
        Schedule.HandlePaired(slot, Now);
        return this;
    }

    /// <summary>Lets that much time pass, and takes what was ordered.</summary>
    public SamplingScene Run(double seconds)
    {
        Instant end = Now + TimeSpan.FromSeconds(seconds);
        Drain();
        while (true)
        {
            Instant next = Schedule.NextTimeout;
            bool isKeyframe = _keyframes.TryPeek(out int source, out Instant at) && at <= next;
            next = isKeyframe ? at : next;
            if (next > end)
            {
                break;
            }

            Now = next > Now ? next : Now;
            if (isKeyframe)
            {
                _keyframes.Dequeue();
                Schedule.HandleTaken(source, Now);
            }
            else
            {
                Schedule.HandleTimeout(Now);
            }

            Drain();
        }

        Now = end;
        return this;
    }

    public SampleCause[] Causes(int source) => [.. Orders.Where(o => o.Source == source).Select(o => o.Cause)];

    private void Drain()
    {
        while (Schedule.TryDequeueOrder(out SampleOrder order))
        {
            Orders.Add((Seconds, order.Source, order.Cause));
            if (order.Cause != SampleCause.Decoy && !Silent.Contains(order.Source))
            {
                _keyframes.Enqueue(order.Source, Now + Delay);
            }
        }
    }
}

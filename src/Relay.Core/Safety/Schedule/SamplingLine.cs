using Relay.Core.Primitives;

namespace Relay.Core.Safety.Schedule;

/// <summary>
/// The sources that are to be looked at as soon as the budget allows, at most once each. Those whose gates wait go first, by
/// cause, and may spend the whole budget. Of the others the one goes whose risk times the time since its last look is
/// largest, so nobody waits for ever and none is dropped; they leave a quarter of the budget's burst to the urgent ones.
/// Whatever a source has happen to it, by pausing and resuming say, it gets at most one look each
/// <see cref="SamplingPolicy.GapMin"/>.
/// </summary>
internal sealed class SamplingLine(SamplingPolicy policy, SampledSource?[] sources, SamplingCounters counters)
{
    /// <summary>Looks from this cause on are urgent.</summary>
    private const SampleCause Urgent = SampleCause.Reported;

    private readonly List<int> _slots = [];
    private TokenBudget _budget = new(policy.SamplesAtOnce, TimeSpan.FromSeconds(1 / policy.SamplesPerSecond));

    /// <summary>When the next one can be afforded.</summary>
    public Instant NextTurn
    {
        get
        {
            Instant next = Instant.Never;
            foreach (int slot in _slots)
            {
                SampledSource source = sources[slot]!;
                next = source.Ordered == SampleCause.None ? Instant.Min(next, Turn(source)) : next;
            }

            return next;
        }
    }

    /// <summary>The source is to be looked at. If it waits already, the more urgent cause stands for both.</summary>
    public void Add(int slot, SampleCause cause)
    {
        SampledSource source = sources[slot]!;
        if (source.Pending == SampleCause.None)
        {
            source.Pending = cause;
            _slots.Add(slot);
            return;
        }

        counters.CountSkip(source.Pending < Urgent && cause <= SampleCause.Waiting ? SkipReason.Budget : SkipReason.Merged);
        source.Pending = source.Pending < cause ? cause : source.Pending;
    }

    /// <summary>The source is not to be looked at any more; nothing happens if it does not wait.</summary>
    public void Remove(int slot, SkipReason reason)
    {
        SampledSource source = sources[slot]!;
        if (source.Pending != SampleCause.None)
        {
            counters.CountSkip(reason);
            source.Pending = SampleCause.None;
            RemoveAt(_slots.IndexOf(slot));
        }
    }

    /// <summary>Takes the most important source that the budget allows; its look is then ordered, not pending.</summary>
    public bool TryTake(Instant now, out int slot)
    {
        slot = -1;
        if (!TryChoose(now, out int index) || !_budget.TryTake(Reserve(sources[_slots[index]]!.Pending), now))
        {
            return false;
        }

        slot = _slots[index];
        RemoveAt(index);
        SampledSource source = sources[slot]!;
        (source.Ordered, source.Pending, source.LastOrder) = (source.Pending, SampleCause.None, now);
        return true;
    }

    /// <summary>When the budget allows it, and the source's own distance between looks.</summary>
    private Instant Turn(SampledSource source)
    {
        Instant token = _budget.NextToken(Reserve(source.Pending));
        Instant distance = source.LastOrder + policy.GapMin;
        return token > distance ? token : distance;
    }

    /// <summary>The most important of those whose last keyframe has come, and not just now.</summary>
    private bool TryChoose(Instant now, out int index)
    {
        (index, SampleCause best, double bestPriority) = (-1, SampleCause.None, 0);
        for (int i = 0; i < _slots.Count; i++)
        {
            SampledSource source = sources[_slots[i]]!;
            if (source.Ordered != SampleCause.None || now - source.LastOrder < policy.GapMin)
            {
                continue;
            }

            SampleCause rank = source.Pending >= Urgent ? source.Pending : SampleCause.None;
            double priority = (now - source.LastLook) / policy.Mean(source.Risk);
            if (index < 0 || rank > best || (rank == best && priority > bestPriority))
            {
                (index, best, bestPriority) = (i, rank, priority);
            }
        }

        return index >= 0;
    }

    private int Reserve(SampleCause cause) => cause >= Urgent ? 0 : policy.SamplesAtOnce / 4;

    private void RemoveAt(int index)
    {
        _slots[index] = _slots[^1];
        _slots.RemoveAt(_slots.Count - 1);
    }
}

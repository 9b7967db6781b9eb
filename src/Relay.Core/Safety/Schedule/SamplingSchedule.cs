using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Safety.Schedule;

/// <summary>
/// When which source is looked at. Each paired source has a secret clock; what happens to a source may have it looked at
/// besides; one budget serves all. Sans-IO and single-threaded: after each Handle call the host drains
/// <see cref="TryDequeueOrder"/>, then sleeps until <see cref="NextTimeout"/> at most.
/// </summary>
/// <remarks>
/// With more sources than the budget can bear, first the gaps of all grow, up to <see cref="SamplingPolicy.StretchMax"/>
/// times; then <see cref="AdmitsVideo"/> says that no more should come. Whose turn it is, is decided by risk times the time
/// since the last look, after those whose gates wait. Each source has at most one look waiting and one under way, so memory
/// is bounded by the slots.
/// </remarks>
public sealed class SamplingSchedule
{
    private readonly SamplingPolicy _policy;
    private readonly RandomSource _random;
    private readonly SampledSource?[] _sources;
    private readonly TimerHeap _timers;
    private readonly SamplingLine _line;
    private readonly Queue<SampleOrder> _orders = new();
    private readonly int[] _watched = new int[Enum.GetValues<SourceRisk>().Length];
    private int _waiting;

    /// <param name="slots">The most sources at once.</param>
    /// <exception cref="ArgumentException">The policy is out of range.</exception>
    public SamplingSchedule(SamplingPolicy policy, int slots, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(random);
        if (policy.Fault is { } fault)
        {
            throw new ArgumentException(fault, nameof(policy));
        }

        _policy = policy;
        _random = random;
        _sources = new SampledSource?[slots];
        _timers = new TimerHeap(slots);
        _line = new SamplingLine(policy, _sources, Counters);
    }

    public SamplingCounters Counters { get; } = new();

    /// <summary>By how much gaps are stretched now, from 1.</summary>
    public double Stretch => Math.Clamp(Demand, 1, _policy.StretchMax);

    /// <summary>Whether one more source could still be looked at often enough. Never a reason to look at fewer.</summary>
    public bool AdmitsVideo => Demand < _policy.StretchMax;

    /// <summary>When to call <see cref="HandleTimeout"/> at the latest.</summary>
    public Instant NextTimeout => Instant.Min(_timers.Next, _line.NextTurn);

    /// <summary>What sources want if nothing happens to them, as a multiple of their share of the budget.</summary>
    private double Demand
    {
        get
        {
            double wanted = 0;
            for (int i = 0; i < _watched.Length; i++)
            {
                wanted += _watched[i] / _policy.Mean((SourceRisk)i).TotalSeconds;
            }

            wanted += _waiting / _policy.QueueLook.TotalSeconds;
            return wanted / (_policy.SamplesPerSecond * _policy.PeriodicShare);
        }
    }

    /// <summary>Takes the next order; false if there is none.</summary>
    public bool TryDequeueOrder(out SampleOrder order) => _orders.TryDequeue(out order);

    /// <summary>A source begins to send; it is looked at before it may wait for a partner, and while it waits.</summary>
    /// <param name="slot">A free slot.</param>
    public void HandleOpened(int slot, SourceRisk risk, Instant now)
    {
        Invariant.Holds(_sources[slot] is null, "a sampled source has its slot to itself");
        SampledSource source = new(risk, _random, now);
        _sources[slot] = source;
        Watch(source, isPaired: false, isPaused: false, now);
        _line.Add(slot, SampleCause.Preflight);
        Settle(slot, source, now);
    }

    /// <summary>The source is gone.</summary>
    public void HandleClosed(int slot, Instant now)
    {
        if (_sources[slot] is { } source)
        {
            Stop(slot, source);
            Watch(source, isPaired: false, isPaused: true, now);
            _sources[slot] = null;
            _timers.Set(slot, Instant.Never);
            Serve(now);
        }
    }

    /// <summary>How often it is to be looked at from now on.</summary>
    public void HandleRisk(int slot, SourceRisk risk, Instant now)
    {
        if (_sources[slot] is { } source && source.Risk != risk)
        {
            _watched[(int)source.Risk] -= source.IsWatched ? 1 : 0;
            _watched[(int)risk] += source.IsWatched ? 1 : 0;
            source.Risk = risk;
            Watch(source, source.IsPaired, source.IsPaused, now);
            Settle(slot, source, now);
        }
    }

    /// <summary>It meets a partner.</summary>
    public void HandlePaired(int slot, Instant now)
    {
        if (_sources[slot] is { } source)
        {
            Watch(source, isPaired: true, source.IsPaused, now);
            source.PairedAt = now;
            Look(slot, source, SampleCause.PairStart, 1, now);
        }
    }

    /// <summary>The pair ended.</summary>
    /// <param name="leftByPartner">Whether the partner ended it.</param>
    public void HandleUnpaired(int slot, bool leftByPartner, Instant now)
    {
        if (_sources[slot] is not { IsPaired: true } source)
        {
            return;
        }

        Watch(source, isPaired: false, source.IsPaused, now);
        if (leftByPartner && now - source.PairedAt < _policy.QuickLeave)
        {
            Look(slot, source, SampleCause.QuickLeave, _policy.AlarmFrames, now);
        }
        else
        {
            Settle(slot, source, now);
        }
    }

    /// <summary>It stopped sending.</summary>
    public void HandlePaused(int slot, Instant now)
    {
        if (_sources[slot] is { IsPaused: false } source)
        {
            Stop(slot, source);
            Watch(source, source.IsPaired, isPaused: true, now);
            Settle(slot, source, now);
        }
    }

    /// <summary>It sends again, or from another device.</summary>
    public void HandleResumed(int slot, Instant now)
    {
        if (_sources[slot] is { } source)
        {
            // A keyframe that is under way may show what was before.
            Stop(slot, source);
            Watch(source, source.IsPaired, isPaused: false, now);
            Look(slot, source, SampleCause.Resumed, 1, now);
        }
    }

    /// <summary>Its picture changed at once (<see cref="DeltaFrameSizes"/>, or another resolution).</summary>
    public void HandleSceneChange(int slot, Instant now)
    {
        if (_sources[slot] is not { IsPaused: false } source)
        {
            return;
        }

        if (now - source.LastScene < _policy.SceneSpacing)
        {
            Counters.CountSkip(SkipReason.TooSoon);
            return;
        }

        source.LastScene = now;
        Look(slot, source, SampleCause.SceneChange, 1, now);
    }

    /// <summary>Somebody reported it.</summary>
    public void HandleReported(int slot, Instant now)
    {
        if (_sources[slot] is { } source)
        {
            Look(slot, source, SampleCause.Reported, _policy.AlarmFrames, now);
        }
    }

    /// <summary>Its gate wants to see frames, at the spacing of a burst.</summary>
    /// <param name="frames">1 or more.</param>
    public void HandleWanted(int slot, int frames, Instant now)
    {
        if (_sources[slot] is { } source)
        {
            Look(slot, source, SampleCause.Burst, frames, now);
        }
    }

    /// <summary>A keyframe was taken: one that was ordered, or one that came by itself at the right time.</summary>
    public void HandleTaken(int slot, Instant now)
    {
        Counters.CountTaken();
        if (_sources[slot] is { } source)
        {
            source.LastLook = now;
            (source.Ordered, source.OrderTimeout) = (SampleCause.None, Instant.Never);
            Settle(slot, source, now);
        }
    }

    /// <summary>Serves what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        while (_timers.TryDequeueDue(now, out int slot))
        {
            if (_sources[slot] is { } source)
            {
                Ring(slot, source, now);
                _timers.Set(slot, source.NextTimer);
            }
        }

        Serve(now);
    }

    /// <summary>Which of the source's timers are due.</summary>
    private void Ring(int slot, SampledSource source, Instant now)
    {
        if (source.OrderTimeout <= now)
        {
            Counters.CountSkip(SkipReason.NoKeyframe);
            (source.Ordered, source.OrderTimeout) = (SampleCause.None, Instant.Never);
        }

        if (source.NextBurst <= now)
        {
            source.NextBurst = Instant.Never;
            _line.Add(slot, SampleCause.Burst);
        }

        if (source.NextQueueLook <= now)
        {
            source.NextQueueLook = now + QueueLook();
            _line.Add(slot, SampleCause.Waiting);
        }

        if (source.NextLook <= now)
        {
            source.NextLook = now + Gap(source, 1);
            _line.Add(slot, SampleCause.Periodic);
        }

        if (source.NextDecoy <= now)
        {
            source.NextDecoy = now + Gap(source, 1 / _policy.DecoyShare);
            Counters.CountOrder(SampleCause.Decoy);
            _orders.Enqueue(new SampleOrder(slot, SampleCause.Decoy));
        }
    }

    /// <summary>Has it looked at now and, with more frames than one, again at the spacing of a burst.</summary>
    private void Look(int slot, SampledSource source, SampleCause cause, int frames, Instant now)
    {
        if (!source.IsPaused)
        {
            // One burst at a time: the longer one stands for both, so that asking often does not ask for more.
            source.BurstLeft = Math.Max(source.BurstLeft, frames - 1);
            _line.Add(slot, cause);
        }

        Settle(slot, source, now);
    }

    /// <summary>After anything happened to a source: its timer, then whoever can be served.</summary>
    private void Settle(int slot, SampledSource source, Instant now)
    {
        _timers.Set(slot, source.NextTimer);
        Serve(now);
    }

    private void Serve(Instant now)
    {
        while (_line.TryTake(now, out int slot))
        {
            SampledSource source = _sources[slot]!;
            source.OrderTimeout = now + _policy.KeyframeTimeout;
            if (source.BurstLeft > 0)
            {
                source.BurstLeft--;
                source.NextBurst = now + _policy.BurstSpacing;
            }

            _timers.Set(slot, source.NextTimer);
            Counters.CountOrder(source.Ordered);
            _orders.Enqueue(new SampleOrder(slot, source.Ordered));
        }
    }

    private void Stop(int slot, SampledSource source)
    {
        _line.Remove(slot, SkipReason.Stopped);
        if (source.Ordered != SampleCause.None)
        {
            Counters.CountSkip(SkipReason.Stopped);
        }

        source.StopLooks();
    }

    /// <summary>A gap of the source's secret clock, or of a clock that many times slower.</summary>
    private TimeSpan Gap(SampledSource source, double slower)
    {
        TimeSpan mean = _policy.Mean(source.Risk) * Stretch * slower;
        TimeSpan max = mean * _policy.MeansMax;
        TimeSpan limit = _policy.GapMax * slower;
        return source.Clock.NextGap(mean, _policy.GapMin, max < limit ? max : limit);
    }

    private TimeSpan QueueLook()
    {
        TimeSpan stretched = _policy.QueueLook * Stretch;
        return stretched < _policy.GapMax ? stretched : _policy.GapMax;
    }

    /// <summary>Which of its clocks runs, and how many run for each risk.</summary>
    private void Watch(SampledSource source, bool isPaired, bool isPaused, Instant now)
    {
        _watched[(int)source.Risk] += (isPaired && !isPaused ? 1 : 0) - (source.IsWatched ? 1 : 0);
        _waiting += (!isPaired && !isPaused ? 1 : 0) - (source.IsWaiting ? 1 : 0);
        (source.IsPaired, source.IsPaused) = (isPaired, isPaused);
        (source.NextLook, source.NextDecoy, source.NextQueueLook) = (Instant.Never, Instant.Never, Instant.Never);
        if (source.IsWatched)
        {
            source.NextLook = now + Gap(source, 1);
            source.NextDecoy = _policy.DecoyShare > 0 ? now + Gap(source, 1 / _policy.DecoyShare) : Instant.Never;
        }
        else if (source.IsWaiting)
        {
            source.NextQueueLook = now + QueueLook();
        }
    }
}

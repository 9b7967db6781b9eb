namespace Relay.Core.Safety.Schedule;

/// <summary>
/// What a schedule did since its start. Written by whoever drives the schedule, read by anybody. A look that was ordered may
/// still be skipped, for want of a keyframe.
/// </summary>
public sealed class SamplingCounters
{
    private readonly long[] _ordered = new long[Enum.GetValues<SampleCause>().Length];
    private readonly long[] _skipped = new long[Enum.GetValues<SkipReason>().Length];
    private long _taken;

    /// <summary>Frames that were taken.</summary>
    public long Taken => Volatile.Read(ref _taken);

    /// <summary>Orders by their cause; those of <see cref="SampleCause.Decoy"/> take nothing.</summary>
    public long Ordered(SampleCause cause) => Volatile.Read(ref _ordered[(int)cause]);

    /// <summary>Looks that did not happen.</summary>
    public long Skipped(SkipReason reason) => Volatile.Read(ref _skipped[(int)reason]);

    internal void CountOrder(SampleCause cause) => Volatile.Write(ref _ordered[(int)cause], _ordered[(int)cause] + 1);

    internal void CountSkip(SkipReason reason) => Volatile.Write(ref _skipped[(int)reason], _skipped[(int)reason] + 1);

    internal void CountTaken() => Volatile.Write(ref _taken, _taken + 1);
}

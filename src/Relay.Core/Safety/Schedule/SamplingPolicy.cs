namespace Relay.Core.Safety.Schedule;

/// <summary>How often sources are looked at, and how much looking can be afforded.</summary>
public sealed record SamplingPolicy
{
    /// <summary>Mean gap between looks at a source of low risk.</summary>
    public TimeSpan LowMean { get; init; } = TimeSpan.FromSeconds(12);

    /// <summary>Mean gap between looks at a source of normal risk.</summary>
    public TimeSpan NormalMean { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Mean gap between looks at a source of high risk.</summary>
    public TimeSpan HighMean { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>No gap is shorter, and no source is looked at more often, whatever happens to it.</summary>
    public TimeSpan GapMin { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// No gap is longer, however many sources there are; well below what an open gate bears without a verdict.
    /// </summary>
    public TimeSpan GapMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Nor longer than so many means.</summary>
    public int MeansMax { get; init; } = 4;

    /// <summary>A source that has been without a partner for this long is looked at again, and again after as long. Stretched as
    /// gaps are, but not beyond <see cref="GapMax"/>.</summary>
    public TimeSpan QueueLook { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>A partner who leaves sooner than this may have seen what should not be shown.</summary>
    public TimeSpan QuickLeave { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>Frames that are looked at after a report or a quick leave, 1 to 9.</summary>
    public int AlarmFrames { get; init; } = 4;

    /// <summary>From one frame of a burst to the next; at least <see cref="GapMin"/>.</summary>
    public TimeSpan BurstSpacing { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>From one look at a changed scene to the next.</summary>
    public TimeSpan SceneSpacing { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>Decoys for each look, 0 to 1.</summary>
    public double DecoyShare { get; init; } = 0.2;

    /// <summary>Looks a second over all sources, above 0: what decoding and classifiers can bear.</summary>
    public double SamplesPerSecond { get; init; } = 30;

    /// <summary>Looks that may come at once, 4 to 1,000.</summary>
    public int SamplesAtOnce { get; init; } = 30;

    /// <summary>The share of <see cref="SamplesPerSecond"/> for the clocks; the rest is for what nobody can foresee.</summary>
    public double PeriodicShare { get; init; } = 0.75;

    /// <summary>By how much gaps are stretched at most when there are more sources than can be looked at.</summary>
    public double StretchMax { get; init; } = 4;

    /// <summary>A keyframe that has not come by then is not waited for.</summary>
    public TimeSpan KeyframeTimeout { get; init; } = TimeSpan.FromSeconds(3);

    public TimeSpan Mean(SourceRisk risk) => risk switch
    {
        SourceRisk.High => HighMean,
        SourceRisk.Normal => NormalMean,
        _ => LowMean,
    };

    /// <summary>Names the first value that is out of its range, and the range; null if all are fine.</summary>
    public string? Fault => this switch
    {
        _ when GapMin < TimeSpan.FromMilliseconds(100) => $"{nameof(GapMin)} is at least 100 ms",
        _ when HighMean < GapMin => $"{nameof(HighMean)} is at least {nameof(GapMin)}",
        _ when NormalMean < HighMean => $"{nameof(NormalMean)} is at least {nameof(HighMean)}",
        _ when LowMean < NormalMean => $"{nameof(LowMean)} is at least {nameof(NormalMean)}",
        _ when GapMax < LowMean => $"{nameof(GapMax)} is at least {nameof(LowMean)}",
        { MeansMax: < 1 } => $"{nameof(MeansMax)} is at least 1",
        _ when QueueLook < GapMin || QueueLook > GapMax => $"{nameof(QueueLook)} is from {nameof(GapMin)} to {nameof(GapMax)}",
        { AlarmFrames: < 1 or > 9 } => $"{nameof(AlarmFrames)} is from 1 to 9",
        _ when BurstSpacing < GapMin => $"{nameof(BurstSpacing)} is at least {nameof(GapMin)}",
        _ when SceneSpacing < GapMin => $"{nameof(SceneSpacing)} is at least {nameof(GapMin)}",
        { DecoyShare: not (>= 0 and <= 1) } => $"{nameof(DecoyShare)} is from 0 to 1",
        { PeriodicShare: not (>= 0.1 and <= 1) } => $"{nameof(PeriodicShare)} is from 0.1 to 1",
        { SamplesPerSecond: not (>= 0.1 and <= 100_000) } => $"{nameof(SamplesPerSecond)} is from 0.1 to 100,000",
        { SamplesAtOnce: < 4 or > 1000 } => $"{nameof(SamplesAtOnce)} is from 4 to 1,000",
        { StretchMax: not (>= 1 and <= 100) } => $"{nameof(StretchMax)} is from 1 to 100",
        _ when KeyframeTimeout < BurstSpacing => $"{nameof(KeyframeTimeout)} is at least {nameof(BurstSpacing)}",
        _ => null,
    };
}

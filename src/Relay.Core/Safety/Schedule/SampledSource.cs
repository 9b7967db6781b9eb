using Relay.Core.Primitives;

namespace Relay.Core.Safety.Schedule;

/// <summary>What the schedule knows of one source.</summary>
internal sealed class SampledSource(SourceRisk risk, RandomSource random, Instant now)
{
    public SourceRisk Risk { get; set; } = risk;

    public bool IsPaused { get; set; } = true;

    public bool IsPaired { get; set; }

    /// <summary>Whether its secret clock runs.</summary>
    public bool IsWatched => IsPaired && !IsPaused;

    /// <summary>Whether it is looked at now and then until it has a partner.</summary>
    public bool IsWaiting => !IsPaired && !IsPaused;

    public Instant PairedAt { get; set; }

    /// <summary>When a frame was last taken, or when the source began.</summary>
    public Instant LastLook { get; set; } = now;

    /// <summary>When a look was last ordered.</summary>
    public Instant LastOrder { get; set; } = Instant.Zero;

    /// <summary>When a changed scene was last a reason to look.</summary>
    public Instant LastScene { get; set; } = new(long.MinValue / 2);

    /// <summary>A look that waits for its turn; <see cref="SampleCause.None"/> if there is none.</summary>
    public SampleCause Pending { get; set; }

    /// <summary>A look whose keyframe has not come yet.</summary>
    public SampleCause Ordered { get; set; }

    /// <summary>When the keyframe is not waited for any longer.</summary>
    public Instant OrderTimeout { get; set; } = Instant.Never;

    /// <summary>Frames of the burst that are still to be asked for.</summary>
    public int BurstLeft { get; set; }

    public Instant NextBurst { get; set; } = Instant.Never;

    public Instant NextLook { get; set; } = Instant.Never;

    public Instant NextDecoy { get; set; } = Instant.Never;

    /// <summary>When a source without a partner is looked at again.</summary>
    public Instant NextQueueLook { get; set; } = Instant.Never;

    /// <summary>Of looks and of decoys alike, so that neither tells anything of the other.</summary>
    public SecretClock Clock = new(random);

    public Instant NextTimer => Instant.Min(
        Instant.Min(Instant.Min(NextBurst, NextLook), Instant.Min(NextDecoy, NextQueueLook)), OrderTimeout);

    /// <summary>No look is under way any more. What is left of a burst stays: a pause is no way out of it.</summary>
    public void StopLooks()
    {
        BurstLeft += NextBurst == Instant.Never ? 0 : 1;
        (NextBurst, OrderTimeout, Ordered) = (Instant.Never, Instant.Never, SampleCause.None);
    }
}

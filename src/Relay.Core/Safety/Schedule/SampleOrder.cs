namespace Relay.Core.Safety.Schedule;

/// <summary>Why a source is looked at, the more urgent the higher.</summary>
public enum SampleCause : byte
{
    None,

    /// <summary>A keyframe is asked for and not looked at, so that its sender cannot tell when it is.</summary>
    Decoy,

    /// <summary>The secret clock of the source.</summary>
    Periodic,

    /// <summary>It has been without a partner for long since the last look.</summary>
    Waiting,

    /// <summary>The picture changed at once: delta frames grew, or the resolution is another.</summary>
    SceneChange,

    /// <summary>It meets a new partner, who needs a keyframe anyway.</summary>
    PairStart,

    /// <summary>Its partner left after a few seconds.</summary>
    QuickLeave,

    /// <summary>It was reported.</summary>
    Reported,

    /// <summary>It has not been seen since it began.</summary>
    Preflight,

    /// <summary>It sends again after a pause, or from another device.</summary>
    Resumed,

    /// <summary>Its gate waits for more frames.</summary>
    Burst,
}

/// <summary>Why a source was not looked at when it was to be.</summary>
public enum SkipReason : byte
{
    /// <summary>It was about to be looked at anyway.</summary>
    Merged,

    /// <summary>A scene changed so soon after the last look at a changed scene that the source could spend the budget.</summary>
    TooSoon,

    /// <summary>Its clock rang again while it still waited for its turn.</summary>
    Budget,

    /// <summary>No keyframe came.</summary>
    NoKeyframe,

    /// <summary>It stopped sending, or is gone.</summary>
    Stopped,
}

/// <summary>Ask this source for a keyframe, or take the next one that comes by itself, and look at it.</summary>
/// <param name="Source">The source's slot.</param>
/// <param name="Cause">With <see cref="SampleCause.Decoy"/> the keyframe is asked for and nothing more.</param>
public readonly record struct SampleOrder(int Source, SampleCause Cause);

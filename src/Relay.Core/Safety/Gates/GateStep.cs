namespace Relay.Core.Safety.Gates;

/// <summary>What a client is told of its gate.</summary>
public enum GateState : byte
{
    /// <summary>Closed: nothing has been looked at yet.</summary>
    Checking,

    /// <summary>Media is forwarded.</summary>
    Open,

    /// <summary>Closed for the moment: a frame was suspect, or verdicts are missing.</summary>
    Held,

    /// <summary>Closed for good, unless somebody lifts it.</summary>
    Blocked,
}

/// <summary>Why a gate did what it did.</summary>
public enum GateCause : byte
{
    /// <summary>Nothing happened.</summary>
    None,

    /// <summary>Frames were clean.</summary>
    Clean,

    /// <summary>A frame was suspect.</summary>
    Suspect,

    /// <summary>Enough frames of a burst were suspect.</summary>
    Confirmed,

    /// <summary>No verdict came in time.</summary>
    NoVerdict,

    /// <summary>The sender stopped sending.</summary>
    Paused,

    /// <summary>The sender sends again, or from another device.</summary>
    Resumed,

    /// <summary>Somebody lifted the block.</summary>
    Released,
}

/// <summary>What a verdict says of one frame.</summary>
public enum Verdict : byte
{
    /// <summary>Nothing wrong with it.</summary>
    Clean,

    /// <summary>It may be what must not be shown.</summary>
    Suspect,

    /// <summary>Nobody could tell: it could not be decoded, or the classifier failed.</summary>
    Unknown,
}

/// <summary>What follows from one call.</summary>
/// <param name="Cause">Why; <see cref="GateCause.None"/> if nothing follows.</param>
/// <param name="Changed">Whether the state is another one than before, which the client is to be told.</param>
/// <param name="WantedFrames">Frames to look at now, <see cref="GatePolicy.BurstSpacing"/> apart; 0 for none.</param>
/// <param name="Actions">What to do about the sender.</param>
public readonly record struct GateStep(
    GateCause Cause = GateCause.None,
    bool Changed = false,
    int WantedFrames = 0,
    ConfirmedActions Actions = ConfirmedActions.None);

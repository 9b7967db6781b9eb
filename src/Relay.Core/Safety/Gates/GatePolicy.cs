namespace Relay.Core.Safety.Gates;

/// <summary>How a gate decides. The same for all gates of a kind of media.</summary>
public sealed record GatePolicy
{
    public GateMode Mode { get; init; } = GateMode.Hold;

    /// <summary>What follows when a suspicion is confirmed.</summary>
    public ConfirmedActions Actions { get; init; } = ConfirmedActions.Notice | ConfirmedActions.Mute | ConfirmedActions.Report;

    /// <summary>Frames that are looked at after a suspect one, 1 to 9.</summary>
    public int BurstFrames { get; init; } = 3;

    /// <summary>How many of them must be suspect to confirm it, 1 to <see cref="BurstFrames"/>.</summary>
    public int BurstConfirms { get; init; } = 2;

    /// <summary>From one frame of a burst to the next.</summary>
    public TimeSpan BurstSpacing { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>
    /// How long a closed gate waits for verdicts before it asks for frames again, each time twice as long up to
    /// <see cref="RetryMax"/>.
    /// </summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The longest of these waits.</summary>
    public TimeSpan RetryMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>An open gate closes if a frame was wanted and no verdict came within this time.</summary>
    public TimeSpan VerdictTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>An open gate closes if the last clean verdict is this old, whatever was wanted since.</summary>
    public TimeSpan UnseenMax { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Names the first value that is out of its range, and the range; null if all are fine.</summary>
    public string? Fault => this switch
    {
        { BurstFrames: < 1 or > 9 } => $"{nameof(BurstFrames)} is from 1 to 9",
        _ when BurstConfirms < 1 || BurstConfirms > BurstFrames => $"{nameof(BurstConfirms)} is from 1 to {nameof(BurstFrames)}",
        _ when BurstSpacing < TimeSpan.FromMilliseconds(100) => $"{nameof(BurstSpacing)} is at least 100 ms",
        _ when Retry < BurstSpacing => $"{nameof(Retry)} is at least {nameof(BurstSpacing)}",
        _ when RetryMax < Retry => $"{nameof(RetryMax)} is at least {nameof(Retry)}",
        _ when VerdictTimeout < TimeSpan.FromMilliseconds(100) => $"{nameof(VerdictTimeout)} is at least 100 ms",
        _ when UnseenMax < VerdictTimeout => $"{nameof(UnseenMax)} is at least {nameof(VerdictTimeout)}",
        _ => null,
    };
}

/// <summary>Whether media waits for verdicts.</summary>
public enum GateMode : byte
{
    /// <summary>Media is forwarded until a suspicion is confirmed; failures close nothing.</summary>
    Observe,

    /// <summary>Media is forwarded only after a clean verdict, and not from a suspect frame on. Failures close.</summary>
    Hold,
}

/// <summary>What follows a confirmed suspicion.</summary>
[Flags]
public enum ConfirmedActions : byte
{
    None = 0,

    /// <summary>The sender is told.</summary>
    Notice = 1,

    /// <summary>This kind of media is not forwarded any more.</summary>
    Mute = 2,

    /// <summary>The pair ends, and this kind of media is not forwarded any more.</summary>
    EndPair = 4,

    /// <summary>Moderators are told.</summary>
    Report = 8,
}

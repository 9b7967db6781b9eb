namespace Relay.Host.Configuration;

/// <summary>How sessions wait for each other.</summary>
public sealed class PairingOptions
{
    /// <summary>
    /// How long a session outlives a socket that was lost without a close frame; its pair goes on meanwhile. Default 30,
    /// 1 to 300 seconds. Risk: long times leave partners with somebody who is gone.
    /// </summary>
    [Option(Min = 1, Max = 300, Unit = "seconds")]
    public int ResumeSeconds { get; set; } = 30;

    /// <summary>
    /// How long a new session may exist without its first socket. Default 30, 1 to 300 seconds.
    /// </summary>
    [Option(Min = 1, Max = 300, Unit = "seconds")]
    public int FirstSocketSeconds { get; set; } = 30;

    /// <summary>
    /// A voice or video session that waits alone on its worker for this long, while somebody waits on another, is asked to
    /// move there. Default 2, 1 to 60 seconds. Only matters with more than one worker.
    /// </summary>
    [Option(Min = 1, Max = 60, Unit = "seconds")]
    public int RenewAfterSeconds { get; set; } = 2;

    /// <summary>
    /// How long a session that was asked to move may take before it, or another, is asked again. Default 10, 2 to 120
    /// seconds.
    /// </summary>
    [Option(Min = 2, Max = 120, Unit = "seconds")]
    public int RenewRetrySeconds { get; set; } = 10;
}

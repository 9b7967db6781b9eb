namespace Relay.Host.Configuration;

/// <summary>How the relay stops.</summary>
public sealed class DrainOptions
{
    /// <summary>
    /// From SIGTERM to the exit, at most. Pairs talk on until shortly before; with no pair left, nor a TURN allocation that may
    /// reach public peers, the relay stops at once. A second signal stops it at once too. Default 10, 1 to 3600 seconds. Risk:
    /// service managers kill what takes longer than their own limit (systemd: TimeoutStopSec).
    /// </summary>
    [Option(Min = 1, Max = 3600, Unit = "seconds")]
    public int Seconds { get; set; } = 10;
}

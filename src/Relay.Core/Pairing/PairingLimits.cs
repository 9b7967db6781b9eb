namespace Relay.Core.Pairing;

/// <summary>The bounds of the pairing engine.</summary>
public sealed record PairingLimits
{
    /// <summary>Sessions alive at once; 1 or more.</summary>
    public int MaxSessions { get; init; } = 20_000;

    /// <summary>How long a session outlives a lost socket.</summary>
    public TimeSpan Resume { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a new session may be without its first socket.</summary>
    public TimeSpan FirstSocket { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Alone in its pool for this long, a session may be asked to move its leg.</summary>
    public TimeSpan RenewAfter { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long moving may take before somebody is asked again.</summary>
    public TimeSpan RenewRetry { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Pools (workers) that legs can be in, counted from 0; with one, nobody ever has to move.</summary>
    public int Pools { get; init; } = 1;
}

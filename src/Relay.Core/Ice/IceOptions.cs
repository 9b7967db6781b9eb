using Relay.Core.Diagnostics;

namespace Relay.Core.Ice;

/// <summary>Timers and limits of an ICE-lite agent. The defaults suit browsers; change them in tests.</summary>
public sealed record IceOptions
{
    /// <summary>The most pairs that an agent can be told to keep.</summary>
    public const int MaxPairsLimit = 256;

    public static readonly IceOptions Default = new();

    /// <summary>How long a silent pair stays usable (RFC 7675 section 5.1). Default 30 s.</summary>
    public TimeSpan ConsentTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a start or a restart waits for a nominated pair. Default 30 s.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// For how long after its last nomination the selected pair withstands a nominated pair of lower priority (aggressive
    /// nomination). Default 2 s. Longer: a client that moves to a worse network hears nothing for longer. Shorter: pairs
    /// flap while an aggressive client checks its list.
    /// </summary>
    public TimeSpan NominationHold { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// After how much silence on the selected pair another pair takes over without a nomination (NAT rebinding; clients
    /// whose consent checks carry no USE-CANDIDATE). Default 4 s: RFC 7675 spaces consent checks 4 to 6 s apart.
    /// </summary>
    public TimeSpan SelectedSilence { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>The most validated remote addresses, 2 to <see cref="MaxPairsLimit"/>. Default 16.</summary>
    public int MaxPairs { get; init; } = 16;

    /// <exception cref="InvalidOperationException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Invariant.Holds(ConsentTimeout > TimeSpan.Zero, "IceOptions.ConsentTimeout is positive");
        Invariant.Holds(ConnectTimeout > TimeSpan.Zero, "IceOptions.ConnectTimeout is positive");
        Invariant.Holds(NominationHold >= TimeSpan.Zero, "IceOptions.NominationHold is not negative");
        Invariant.Holds(SelectedSilence > TimeSpan.Zero, "IceOptions.SelectedSilence is positive");
        Invariant.Holds(MaxPairs is >= 2 and <= MaxPairsLimit, "IceOptions.MaxPairs is 2 to 256");
    }
}

namespace Relay.Core.Pairing;

/// <summary>A copy of what may be known about a session.</summary>
/// <param name="State">Where it stands.</param>
/// <param name="Mode">The mode last asked for; null if none was.</param>
/// <param name="PairRef">Names the pair while paired.</param>
/// <param name="HasLeg">Whether it has a leg, connected or not.</param>
/// <param name="RenewPool">The worker that its next leg should live on; null if any.</param>
public readonly record struct SessionView(SessionState State, PairingMode? Mode, string? PairRef, bool HasLeg, int? RenewPool);

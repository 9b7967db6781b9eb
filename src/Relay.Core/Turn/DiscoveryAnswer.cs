namespace Relay.Core.Turn;

/// <summary>Where an answer of <see cref="BehaviorDiscovery"/> leaves and goes.</summary>
/// <param name="Length">Its bytes; 0 for none.</param>
/// <param name="Socket">From which of the four sockets, 0 to 3.</param>
/// <param name="Port">To which port of the host that asked.</param>
public readonly record struct DiscoveryAnswer(int Length, int Socket, ushort Port);

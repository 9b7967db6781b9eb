namespace Relay.Core.Engine;

/// <summary>
/// Names a transport of one engine. The control plane chooses both parts: a free slot, and a generation that the slot
/// has not had, so that a late command cannot hit its successor.
/// </summary>
public readonly record struct TransportId(int Slot, uint Generation);

namespace Relay.Core.Pairing;

/// <summary>Names one session inside the pairing engine: its slot, and which of the slot's users it is.</summary>
public readonly record struct SessionKey(int Slot, uint Generation)
{
    /// <summary>True for the default value, which names no session.</summary>
    public bool IsNone => Generation == 0;
}

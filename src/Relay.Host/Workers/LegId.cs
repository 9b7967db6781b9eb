namespace Relay.Host.Workers;

/// <summary>Names one leg (a client's media connection): the worker that it lives on, and its slot there.</summary>
public readonly record struct LegId(int Worker, int Slot, uint Generation)
{
    public bool IsNone => Generation == 0;
}

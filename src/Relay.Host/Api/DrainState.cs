namespace Relay.Host.Api;

/// <summary>Whether the relay is shutting down, for whoever must refuse new work. Thread-safe.</summary>
internal sealed class DrainState
{
    private volatile bool _draining;

    public bool IsDraining => _draining;

    public void Begin() => _draining = true;
}

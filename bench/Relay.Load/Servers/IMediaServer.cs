using Relay.Load.Traffic;

namespace Relay.Load.Servers;

/// <summary>What load is sent to, and whose CPU time is counted.</summary>
internal interface IMediaServer : IAsyncDisposable
{
    string Name { get; }

    int ProcessId { get; }

    /// <summary>Makes the server know the legs of a set; they can send afterwards.</summary>
    Task OpenAsync(LegSet legs);
}

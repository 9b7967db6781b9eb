namespace Relay.Host.Turn;

/// <summary>The workers' tables, by the workers' numbers.</summary>
internal sealed class StreamDestinations(IReadOnlyList<StreamTable> tables)
{
    private uint _next;

    /// <summary>Null if there is no such worker.</summary>
    public StreamTable? TryGet(int worker) => (uint)worker < (uint)tables.Count ? tables[worker] : null;

    /// <summary>One after another, for those who do not care.</summary>
    public StreamTable Next() => tables[(int)(Interlocked.Increment(ref _next) % (uint)tables.Count)];
}

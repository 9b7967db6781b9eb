namespace Relay.Host.Turn;

/// <summary>What became of connections; safe from any thread.</summary>
internal sealed class StreamCounters
{
    private static readonly int Outcomes = Enum.GetValues<StreamOutcome>().Length;

    private readonly long[] _outcomes = new long[Outcomes];
    private readonly long[] _opened = new long[Enum.GetValues<StreamKind>().Length];
    private long _handshakes;

    /// <summary>Connections that ended so. Those that were handed to HTTP are not counted.</summary>
    public long this[StreamOutcome outcome] => Volatile.Read(ref _outcomes[(int)outcome]);

    /// <summary>TLS handshakes that succeeded.</summary>
    public long Handshakes => Volatile.Read(ref _handshakes);

    /// <summary>Streams of the kind ever opened.</summary>
    public long Opened(StreamKind kind) => Volatile.Read(ref _opened[(int)kind]);

    public void Add(StreamOutcome outcome) => Interlocked.Increment(ref _outcomes[(int)outcome]);

    public void AddHandshake() => Interlocked.Increment(ref _handshakes);

    public void AddOpened(StreamKind kind) => Interlocked.Increment(ref _opened[(int)kind]);
}

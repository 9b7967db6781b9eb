namespace Relay.Host.Workers;

/// <summary>What a worker needs to know besides its engine's limits.</summary>
internal sealed record WorkerOptions
{
    /// <summary>
    /// Datagrams handled between two send calls: enough for trains to stay whole and for the price of the calls to be shared,
    /// too few for the first of them to wait long for the last.
    /// </summary>
    public int ReceiveMax { get; init; } = 128;

    /// <summary>Datagrams handed to the socket at a time, which merges what goes to one address.</summary>
    public int SendMax { get; init; } = 512;

    /// <summary>Commands that may wait.</summary>
    public int MailboxCapacity { get; init; } = 1024;

    /// <summary>How long packets may gather while the worker is busy; zero for not at all.</summary>
    public TimeSpan CoalesceMax { get; init; }

    /// <summary>The processor to run on; null for any.</summary>
    public int? Processor { get; init; }

    /// <summary>SCHED_FIFO priority, 1 to 99; 0 for normal scheduling.</summary>
    public int RealtimePriority { get; init; }

    /// <summary>Measure how old packets are when they are sent; the socket must have timestamps.</summary>
    public bool MeasuresLatency { get; init; }
}

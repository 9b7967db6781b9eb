namespace Relay.Host.Workers;

/// <summary>What a worker needs to know besides its engine's limits.</summary>
internal sealed record WorkerOptions
{
    /// <summary>Datagrams in one receive or send call, 1 to 1024.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Commands that may wait.</summary>
    public int MailboxCapacity { get; init; } = 1024;
}

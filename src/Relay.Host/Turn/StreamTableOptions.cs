namespace Relay.Host.Turn;

/// <summary>Limits of one worker's <see cref="StreamTable"/>. What they bound is made when it is first needed.</summary>
internal sealed record StreamTableOptions
{
    /// <summary>Streams open at once, 1 to 32,768.</summary>
    public int StreamsMax { get; init; } = 10_000;

    /// <summary>
    /// Messages on their way to the worker, of all streams together, 1 to 16,384; each has a buffer of 1920 bytes.
    /// </summary>
    public int InboxMax { get; init; } = 2048;

    /// <summary>Messages of one stream on their way to the worker, 1 or more; its reader waits beyond.</summary>
    public int InFlightMax { get; init; } = 16;

    /// <summary>Bytes that wait to be written to one stream, 4096 or more; what is sent beyond is lost.</summary>
    public int OutboxBytes { get; init; } = 131_072;

    /// <summary>Streams that have something to be written at once, 1 to 32,768; what is sent to others is lost.</summary>
    public int OutboxesMax { get; init; } = 512;
}

namespace Relay.Host.Configuration;

/// <summary>
/// How much one client, and all clients together, may use. A source is one IPv4 address or one IPv6 /64; it is kept only
/// as a salted hash.
/// </summary>
public sealed class LimitsOptions
{
    /// <summary>Sessions alive at once; the next gets 503. Default 20000, 2 to 1000000 sessions (about 2 KB each).</summary>
    [Option(Min = 2, Max = 1_000_000, Unit = "sessions")]
    public int MaxSessions { get; set; } = 20_000;

    /// <summary>
    /// New sessions per minute that one source may open in the long run; beyond, 429. Default 30, 1 to 100000 sessions per
    /// minute. Risk: mobile networks put thousands of people behind one address; low values lock them out together.
    /// </summary>
    [Option(Min = 1, Max = 100_000, Unit = "sessions per minute")]
    public int SessionsPerSourcePerMinute { get; set; } = 30;

    /// <summary>New sessions that one source may open at once. Default 60, 1 to 100000 sessions.</summary>
    [Option(Min = 1, Max = 100_000, Unit = "sessions")]
    public int SessionsPerSourceBurst { get; set; } = 60;

    /// <summary>
    /// Sources remembered at once. Default 65536, 1024 to 16777216 sources (about 50 bytes each). Beyond, the longest idle
    /// ones are forgotten.
    /// </summary>
    [Option(Min = 1024, Max = 16_777_216, Unit = "sources")]
    public int SourceTableSize { get; set; } = 65_536;

    /// <summary>
    /// Media requests (offers, restarts) per minute of one session; beyond, 429. Default 30, 1 to 10000 requests per
    /// minute, all of which may come at once.
    /// </summary>
    [Option(Min = 1, Max = 10_000, Unit = "requests per minute")]
    public int MediaRequestsPerMinute { get; set; } = 30;

    /// <summary>
    /// WebSocket messages per second that one socket may send in the long run; more are dropped with error rate_limited.
    /// Default 20, 1 to 1000 messages per second.
    /// </summary>
    [Option(Min = 1, Max = 1000, Unit = "messages per second")]
    public int MessagesPerSecond { get; set; } = 20;

    /// <summary>WebSocket messages that one socket may send at once. Default 40, 1 to 10000 messages.</summary>
    [Option(Min = 1, Max = 10_000, Unit = "messages")]
    public int MessageBurst { get; set; } = 40;

    /// <summary>
    /// So many messages dropped without one in between that was within the rate close the socket with 4029. Default 100,
    /// 1 to 100000 messages.
    /// </summary>
    [Option(Min = 1, Max = 100_000, Unit = "messages")]
    public int FloodMessages { get; set; } = 100;

    /// <summary>
    /// So many malformed messages without a good one in between close the socket with 4400. Default 10, 1 to 1000 messages.
    /// </summary>
    [Option(Min = 1, Max = 1000, Unit = "messages")]
    public int BadMessagesInARow { get; set; } = 10;

    /// <summary>
    /// Messages that may wait to be read by one client; a slower reader is closed with 4008. Default 64, 8 to 4096
    /// messages.
    /// </summary>
    [Option(Min = 8, Max = 4096, Unit = "messages")]
    public int SocketQueueMessages { get; set; } = 64;

    /// <summary>Longest chat message. Default 2000, 1 to 4000 UTF-16 code units.</summary>
    [Option(Min = 1, Max = 4000, Unit = "characters")]
    public int ChatMaxChars { get; set; } = 2000;

    /// <summary>How often the relay pings each socket. Default 15, 1 to 300 seconds.</summary>
    [Option(Min = 1, Max = 300, Unit = "seconds")]
    public int PingSeconds { get; set; } = 15;

    /// <summary>
    /// A socket that is silent for this long after a ping counts as lost. Default 15, 1 to 300 seconds. Risk: phones that
    /// sleep need several seconds.
    /// </summary>
    [Option(Min = 1, Max = 300, Unit = "seconds")]
    public int PongTimeoutSeconds { get; set; } = 15;

    /// <summary>
    /// Inputs (requests, messages) that may wait for the pairing loop; beyond, requests get 503 and sockets wait. Default
    /// 4096, 16 to 1000000 inputs.
    /// </summary>
    [Option(Min = 16, Max = 1_000_000, Unit = "inputs")]
    public int PairingQueueInputs { get; set; } = 4096;
}

namespace Relay.Host.Platform;

/// <summary>How a <see cref="IDatagramSocket"/> is opened.</summary>
public sealed record DatagramSocketOptions
{
    /// <summary>The largest <see cref="BatchSize"/>: the kernel's own limit (UIO_MAXIOV).</summary>
    public const int BatchMaxSize = 1024;

    /// <summary>
    /// Receive buffer to ask for, in bytes; 0 keeps the system's default. The kernel grants at most net.core.rmem_max, in
    /// silence. Too small loses bursts; too large only costs memory while a burst waits.
    /// </summary>
    public int ReceiveBufferBytes { get; init; } = 4 << 20;

    /// <summary>Send buffer to ask for, in bytes; 0 keeps the system's default. At most net.core.wmem_max is granted.</summary>
    public int SendBufferBytes { get; init; } = 4 << 20;

    /// <summary>What the kernel may do for the socket, where it can.</summary>
    public DatagramOffloads Offloads { get; init; } = DatagramOffloads.Send | DatagramOffloads.Receive;

    /// <summary>Messages per receive call, 1 to <see cref="BatchMaxSize"/>.</summary>
    public int BatchSize { get; init; } = 64;

    /// <summary>Datagrams that are sorted into messages and sent together, 1 to <see cref="BatchMaxSize"/>.</summary>
    public int SendBatchSize { get; init; } = 512;

    /// <summary>Uses <see cref="PortableDatagramSocket"/> even where a faster one would work.</summary>
    public bool UsePortable { get; init; }
}

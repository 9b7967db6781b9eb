namespace Relay.Host.Platform;

/// <summary>What became of datagrams at a socket's edge, in datagrams since it was opened.</summary>
public readonly record struct DatagramCounters
{
    /// <summary>Handed to the worker.</summary>
    public long Received { get; init; }

    /// <summary>Messages of the receive calls: fewer than datagrams where the kernel hands over trains.</summary>
    public long ReceivedMessages { get; init; }

    /// <summary>Receive calls that brought something.</summary>
    public long ReceiveCalls { get; init; }

    /// <summary>Dropped because they are too long for a slot of the pool; the engine never sees them.</summary>
    public long TruncatedReceives { get; init; }

    /// <summary>
    /// Dropped by the kernel before the worker saw them: the receive buffer was full, or a checksum was wrong. 0 where the
    /// system does not say (Linux 4.12 does).
    /// </summary>
    public long KernelDrops { get; init; }

    /// <summary>Receive calls (not datagrams) that failed for a reason other than an empty queue.</summary>
    public long ReceiveErrors { get; init; }

    /// <summary>Taken by the system for sending.</summary>
    public long Sent { get; init; }

    /// <summary>Messages of the send calls: fewer than datagrams where the kernel takes trains.</summary>
    public long SentMessages { get; init; }

    /// <summary>Send calls.</summary>
    public long SendCalls { get; init; }

    /// <summary>Trains that were refused and went out datagram by datagram.</summary>
    public long TrainsRefused { get; init; }

    /// <summary>Refused by the system one by one, such as for an unroutable address.</summary>
    public long SendErrors { get; init; }

    /// <summary>Dropped because the send buffer was full.</summary>
    public long SendBufferFull { get; init; }

    /// <summary>Everything that was to be sent and was not.</summary>
    public long SendFailed => SendErrors + SendBufferFull;
}

namespace Relay.Core.Diagnostics;

/// <summary>
/// What one worker counted since its start. Written by the worker's thread, read by anybody: each figure is right by
/// itself, two of them may be a few packets apart. Received = forwarded + consumed + all drops, always.
/// </summary>
public sealed class EngineCounters
{
    /// <summary>How many different drop reasons there are.</summary>
    public static readonly int DropReasonCount = Enum.GetValues<DropReason>().Length;

    private readonly long[] _drops = new long[DropReasonCount];
    private readonly long[] _keyframeRequests = new long[Enum.GetValues<KeyframeReason>().Length];
    private long _received;
    private long _forwarded;
    private long _consumed;
    private long _refused;
    private long _transmitted;
    private long _retransmitted;
    private long _recovered;
    private long _nacksSent;

    /// <summary>Datagrams handed to the engine.</summary>
    public long Received => Volatile.Read(ref _received);

    /// <summary>Received datagrams that went on to at least one consumer.</summary>
    public long Forwarded => Volatile.Read(ref _forwarded);

    /// <summary>Received datagrams that ended here as they should: STUN, DTLS, RTCP.</summary>
    public long Consumed => Volatile.Read(ref _consumed);

    /// <summary>Datagrams put into the transmit queue.</summary>
    public long Transmitted => Volatile.Read(ref _transmitted);

    /// <summary>Packets sent again over RTX, of <see cref="Transmitted"/>.</summary>
    public long Retransmitted => Volatile.Read(ref _retransmitted);

    /// <summary>Packets lost on the way in and recovered over RTX.</summary>
    public long Recovered => Volatile.Read(ref _recovered);

    /// <summary>Generic NACK messages sent.</summary>
    public long NacksSent => Volatile.Read(ref _nacksSent);

    /// <summary>PLI and FIR messages sent for the reason, the most urgent if one was sent for several.</summary>
    public long KeyframeRequests(KeyframeReason reason) => Volatile.Read(ref _keyframeRequests[(int)reason]);

    /// <summary>Received datagrams dropped for the reason.</summary>
    public long Dropped(DropReason reason) => Volatile.Read(ref _drops[(int)reason]);

    /// <summary>
    /// Outgoing packets given up for the reason (no slot, no room in the queue); these are not received datagrams, so
    /// they stand outside the sum.
    /// </summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>All received datagrams dropped, whatever the reason.</summary>
    public long DroppedTotal()
    {
        long total = 0;
        for (int i = 1; i < _drops.Length; i++)
        {
            total += Volatile.Read(ref _drops[i]);
        }

        return total;
    }

    public void CountReceived() => Add(ref _received);

    public void CountForwarded() => Add(ref _forwarded);

    public void CountConsumed() => Add(ref _consumed);

    public void CountDropped(DropReason reason) => Add(ref _drops[(int)reason]);

    public void CountTransmitted() => Add(ref _transmitted);

    public void CountRefused() => Add(ref _refused);

    public void CountRetransmitted() => Add(ref _retransmitted);

    public void CountRecovered() => Add(ref _recovered);

    public void CountKeyframeRequest(KeyframeReason reason) => Add(ref _keyframeRequests[(int)reason]);

    public void CountNackSent() => Add(ref _nacksSent);

    // One writer: a plain add and a published store, no interlocked operation.
    private static void Add(ref long counter) => Volatile.Write(ref counter, counter + 1);
}

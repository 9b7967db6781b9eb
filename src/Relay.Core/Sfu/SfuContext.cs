using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Core.Sfu;

/// <summary>What the legs of one worker share.</summary>
public sealed class SfuContext
{
    // Some tens of kilobytes of a worker: enough for the first pairs.
    private const int ReadyArrays = 8;

    private readonly RtpSession[] _touched;
    private int _touchedCount;

    /// <param name="pool">The worker's packet memory.</param>
    /// <param name="transmits">The worker's outgoing datagrams.</param>
    /// <param name="counters">The worker's counters.</param>
    /// <param name="random">Fit for keys.</param>
    /// <param name="options">Limits.</param>
    /// <param name="sessionsMax">The most sessions at a time.</param>
    public SfuContext(
        PacketPool pool, TransmitQueue transmits, EngineCounters counters, RandomSource random, SfuOptions options, int sessionsMax)
    {
        Pool = pool;
        Transmits = transmits;
        Counters = counters;
        Random = random;
        Options = options;
        _touched = new RtpSession[sessionsMax];
        // Pages that hold few packets each could outnumber the pool's slots; an eighth of them is enough for four in each.
        CachePages = new SharedArrays<MediaPacket>(RetransmissionCache.PagePackets, Math.Max(16, pool.Capacity / 8), ReadyArrays);
        MissingLists = new SharedArrays<MissingPacket>(NackGenerator.MissingMax, sessionsMax, Math.Min(ReadyArrays, sessionsMax));
        ResendTables = new SharedArrays<ResentPacket>(ResendLog.Size, sessionsMax, Math.Min(ReadyArrays, sessionsMax));
    }

    public PacketPool Pool { get; }

    public TransmitQueue Transmits { get; }

    public EngineCounters Counters { get; }

    public RandomSource Random { get; }

    public SfuOptions Options { get; }

    /// <summary>Shared by the SRTP contexts of the worker's legs.</summary>
    public SrtpBatch Srtp { get; } = new();

    /// <summary>For the retransmission caches of all producers.</summary>
    internal SharedArrays<MediaPacket> CachePages { get; }

    /// <summary>For the producers that miss packets.</summary>
    internal SharedArrays<MissingPacket> MissingLists { get; }

    /// <summary>For the consumers whose peers miss packets.</summary>
    internal SharedArrays<ResentPacket> ResendTables { get; }

    /// <summary>Takes the next datagram to send, complete with its tag; see <see cref="TransmitQueue.TryDequeue"/>.</summary>
    public bool TryDequeueTransmit(out Transmit transmit)
    {
        Srtp.FlushTags();
        return Transmits.TryDequeue(out transmit);
    }

    /// <summary>Queues what was written to a rented slot, and counts it.</summary>
    internal void Send(PacketHandle slot, int length, in TransportAddress remote)
    {
        Transmits.Enqueue(slot, length, remote);
        Counters.CountTransmitted();
    }

    /// <summary>
    /// Notes that something about the session is due or was rescheduled, by its own packets or by its partner's. The
    /// engine takes them after each call.
    /// </summary>
    public void Touch(RtpSession session)
    {
        ArgumentNullException.ThrowIfNull(session);
        if (!session.IsTouched)
        {
            session.IsTouched = true;
            _touched[_touchedCount++] = session;
        }
    }

    /// <summary>Takes one touched session.</summary>
    public bool TryDequeueTouched([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out RtpSession? session)
    {
        if (_touchedCount == 0)
        {
            session = null;
            return false;
        }

        session = _touched[--_touchedCount];
        _touched[_touchedCount] = null!;
        session.IsTouched = false;
        return true;
    }
}

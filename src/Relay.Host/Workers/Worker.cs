using System.Globalization;
using System.Net;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Platform;
using Relay.Host.Turn;

namespace Relay.Host.Workers;

/// <summary>
/// One packet thread with its own socket, its own packet memory and its own engine, and the thread that its handshakes are
/// computed on. It shares nothing but its mailbox: commands come in through it, events go out to the sink.
/// </summary>
internal sealed class Worker : IDisposable
{
    // Commands taken between two receive calls: enough for any burst of pairings, too few to hold up packets.
    private const int CommandsPerTurn = 64;

    // Messages of streams taken between two receive calls.
    private const int StreamMessagesPerTurn = 128;

    // News of TCP connections to peers, likewise.
    private const int PeerEventsPerTurn = 32;

    // Sleeps no longer than this, so that a lost wake-up costs little.
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(1);

    private readonly IDatagramSocket _socket;
    private readonly PacketPool _pool;
    private readonly RelayEngine _engine;
    private readonly HandshakeThread _handshakes;
    private readonly StreamTable? _streams;
    private readonly RelayPorts? _ports;
    private readonly PeerSockets? _peers;
    private readonly Mailbox<Command> _mailbox;
    private readonly Action<int, EngineEvent> _handleEvent;
    private readonly Received[] _received;
    private readonly Transmit[] _transmits;
    private readonly WorkerOptions _options;
    private readonly LatencyHistogram? _latency;
    private readonly Thread _thread;
    private readonly ManualResetEventSlim _isReady = new();
    private readonly List<string> _startProblems = [];
    private readonly RelayPorts.PeerDatagramHandler _handlePeerDatagram;
    private readonly RelayPorts.PeerErrorHandler _handlePeerError;
    private Coalescer _coalescer;
    private long _allocatedBytes;
    private long _messagesReceived;
    private volatile bool _isStopping;

    /// <param name="index">The worker's number, from 0.</param>
    /// <param name="socket">Its socket; the worker owns it.</param>
    /// <param name="pool">The packet memory that the engine sends from.</param>
    /// <param name="engine">Its engine; the worker owns it.</param>
    /// <param name="handshakes">Where the engine's associations make their handshakes; the worker owns it.</param>
    /// <param name="options">Batch sizes, limits, and how its thread runs.</param>
    /// <param name="handleEvent">Takes the worker's number and an event, on the worker's thread; must not block.</param>
    /// <param name="streams">The TCP and TLS streams that belong to the worker; null for none.</param>
    /// <param name="ports">Where its TURN allocations meet public peers; the worker owns them. Null for none.</param>
    /// <param name="peers">The TCP connections of its TURN allocations; the worker owns them. Null for none.</param>
    public Worker(
        int index,
        IDatagramSocket socket,
        PacketPool pool,
        RelayEngine engine,
        HandshakeThread handshakes,
        WorkerOptions options,
        Action<int, EngineEvent> handleEvent,
        StreamTable? streams = null,
        RelayPorts? ports = null,
        PeerSockets? peers = null)
    {
        Index = index;
        _streams = streams;
        _ports = ports;
        _peers = peers;
        _handlePeerDatagram = engine.HandlePeerDatagram;
        _handlePeerError = HandlePeerError;
        _socket = socket;
        _pool = pool;
        _engine = engine;
        _handshakes = handshakes;
        _mailbox = new Mailbox<Command>(options.MailboxCapacity);
        _handleEvent = handleEvent;
        _options = options;
        _received = new Received[options.ReceiveMax];
        _transmits = new Transmit[options.SendMax];
        _coalescer = new Coalescer(TimeSpan.Zero);
        _latency = options.MeasuresLatency ? new LatencyHistogram() : null;
        if (ports is not null)
        {
            socket.WaitAlsoFor(ports.PollDescriptor);
        }

        _thread = new Thread(Run) { IsBackground = true, Name = $"relay worker {index}" };
    }

    public int Index { get; }

    public IPEndPoint LocalEndPoint => _socket.LocalAddress.ToEndPoint();

    public EngineCounters Counters => _engine.Counters;

    /// <summary>What its TURN server counts; null if it has none.</summary>
    public TurnCounters? TurnCounters => _engine.TurnCounters;

    /// <summary>The TCP connections of its TURN allocations; null if there are none.</summary>
    public PeerSockets? PeerSockets => _peers;

    public DatagramCounters SocketCounters => _socket.Counters;

    public int TransportCount => _engine.TransportCount;

    /// <summary>Handshakes given to their thread and not taken back yet.</summary>
    public int HandshakesInHand => _handshakes.AwayCount;

    public int PoolSlots => _pool.Capacity;

    /// <summary>Slots of the pool in use; approximate when read from another thread.</summary>
    public int PoolSlotsInUse => _pool.InUse;

    /// <summary>Bytes that the worker's thread has allocated on the managed heap since its start; 0 before its first report.</summary>
    public long AllocatedBytes => Volatile.Read(ref _allocatedBytes);

    public DatagramOffloads Offloads => _socket.Offloads;

    /// <summary>See <see cref="IDatagramSocket.ReceiveBufferBytes"/>.</summary>
    public int ReceiveBufferBytes => _socket.ReceiveBufferBytes;

    /// <summary>How long packets may gather; zero if that is off, or if the system cannot sleep so briefly.</summary>
    public TimeSpan CoalesceMax => Volatile.Read(ref _coalescer).PauseMax;

    /// <summary>Pauses in which packets gathered.</summary>
    public long CoalescePauses => Volatile.Read(ref _coalescer).Pauses;

    /// <summary>
    /// How old datagrams are when they are sent: from the system's receive timestamp of the datagram that caused one to the
    /// moment before the call that sends it, one measure for each datagram. Null if it is not measured.
    /// </summary>
    public LatencyHistogram? Latency => _latency;

    /// <summary>Starts the thread.</summary>
    /// <returns>What was asked for and could not be had, in words for the operator.</returns>
    public IReadOnlyList<string> Start()
    {
        _handshakes.Start();
        _thread.Start();
        _isReady.Wait();
        return _startProblems;
    }

    /// <summary>Hands a command to the worker, from any thread; false if its mailbox is full.</summary>
    public bool TrySend(in Command command)
    {
        if (!_mailbox.TryEnqueue(command))
        {
            return false;
        }

        _socket.Wake();
        return true;
    }

    /// <summary>Ends every transport, says goodbye to the peers, and stops the thread.</summary>
    public void Dispose()
    {
        _isStopping = true;
        _socket.Wake();
        if (_thread.IsAlive)
        {
            _thread.Join();
        }

        _handshakes.Dispose();
        _ports?.Dispose();
        _peers?.Dispose();
        _socket.Dispose();
        _isReady.Dispose();
    }

    private void Run()
    {
        SetUpThread();
        while (!_isStopping)
        {
            bool mayHaveMore = HandleCommands();
            int count = _socket.Receive(_received);
            Instant now = MonotonicClock.Now;
            while (_handshakes.TryTakeBack(out int slot))
            {
                _engine.HandleHandshake(slot, now);
            }

            int handled = 0;
            while ((handled += _engine.HandleDatagrams(_received.AsSpan(handled, count - handled), now)) < count)
            {
                Drain();
            }

            mayHaveMore |= HandleStreams(now);
            mayHaveMore |= HandlePeers(now);
            mayHaveMore |= _ports is { } ports && ports.Receive(_handlePeerDatagram, _handlePeerError, now);
            if (_engine.NextTimeout <= now)
            {
                _engine.HandleTimeout(now);
            }

            Drain();
            if (count == 0 && !mayHaveMore && _ports is not { HasErrors: true })
            {
                Volatile.Write(ref _allocatedBytes, GC.GetAllocatedBytesForCurrentThread());
                Wait(now);
            }
            else if (count > 0)
            {
                Coalesce(count, now);
            }
        }

        _engine.Dispose();
        Drain();
    }

    private void SetUpThread()
    {
        if (_options.Processor is { } processor && !PacketThread.TryPin(processor))
        {
            _startProblems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Media:CpuAffinity: worker {Index} may not run on processor {processor}; it runs on any."));
        }

        // Nobody asked for it, so an older kernel is no problem to report.
        _ = PacketThread.TryUseShortTurns();
        if (_options.RealtimePriority > 0 && !PacketThread.TrySetRealtimePriority(_options.RealtimePriority))
        {
            _startProblems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"Media:RealtimePriority: worker {Index} may not have it and runs as usual; give the process CAP_SYS_NICE or "
                + $"LimitRTPRIO={_options.RealtimePriority}, in a systemd unit without RestrictRealtime."));
        }

        if (_options.CoalesceMax > TimeSpan.Zero && PacketThread.TryUseShortPauses(_options.CoalesceMax))
        {
            Volatile.Write(ref _coalescer, new Coalescer(_options.CoalesceMax));
        }

        _isReady.Set();
    }

    // True if it stopped before the mailbox was empty: their wake-up may be spent, so the thread must not sleep on them.
    private bool HandleCommands()
    {
        for (int i = 0; i < CommandsPerTurn; i++)
        {
            if (!_mailbox.TryDequeue(out Command command))
            {
                return false;
            }

            _engine.HandleCommand(command, MonotonicClock.Now);
        }

        return true;
    }

    // True if it stopped before there were no more.
    private bool HandleStreams(Instant now)
    {
        for (int i = 0; _streams is not null && i < StreamMessagesPerTurn; i++)
        {
            if (!_streams.TryReceive(out StreamMessage message))
            {
                return false;
            }

            switch (message.Kind)
            {
                case StreamMessageKind.Closed:
                    _engine.HandleStreamClosed(message.Stream, now);
                    break;

                case StreamMessageKind.Data when message.StreamKind == StreamKind.Ice:
                    _engine.HandleIceStream(message.Data, message.Stream, message.Remote, now);
                    break;

                case StreamMessageKind.Data:
                    _engine.HandleTurnStream(message.Data, message.Stream, message.Remote, now);
                    break;

                default:
                    break;
            }

            Drain();
        }

        return _streams is not null;
    }

    // True if it stopped before there was no more.
    private bool HandlePeers(Instant now)
    {
        for (int i = 0; _peers is not null && i < PeerEventsPerTurn; i++)
        {
            if (!_peers.HandleNext(_engine, now))
            {
                return false;
            }

            Drain();
        }

        return _peers is not null;
    }

    private void HandlePeerError(in PeerError error, Instant now) =>
        _engine.HandlePeerError(error.Port, error.Peer, error.Type, error.Code, error.Data, now);

    private void Drain()
    {
        int count = 0;
        while (_engine.TryDequeueTransmit(out _transmits[count]))
        {
            if (TrySendElsewhere(_transmits[count]))
            {
                continue;
            }

            if (++count == _transmits.Length)
            {
                Send(count);
                count = 0;
            }
        }

        Send(count);
        while (_engine.TryDequeueEvent(out EngineEvent engineEvent))
        {
            _handleEvent(Index, engineEvent);
        }
    }

    // What does not leave through the worker's own socket: a stream that reads too slowly loses it, as a full link would.
    private bool TrySendElsewhere(in Transmit transmit)
    {
        if (transmit.Via != 0)
        {
            _ports!.Send(transmit);
        }
        else if (VirtualAddress.IsVirtual(transmit.Remote))
        {
            _ = _streams?.TrySend(transmit.Remote, _pool.Span(transmit.Packet, transmit.Offset, transmit.Length));
        }
        else
        {
            return false;
        }

        _pool.Release(transmit.Packet, PacketOwner.Transmit);
        return true;
    }

    private void Send(int count)
    {
        ReadOnlySpan<Transmit> batch = _transmits.AsSpan(0, count);
        if (batch.IsEmpty)
        {
            return;
        }

        if (_latency is not null)
        {
            Measure(batch, _latency);
        }

        _socket.Send(batch);
        foreach (ref readonly Transmit transmit in batch)
        {
            _pool.Release(transmit.Packet, PacketOwner.Transmit);
        }
    }

    private static void Measure(ReadOnlySpan<Transmit> batch, LatencyHistogram latency)
    {
        long now = RealtimeClock.Nanoseconds;
        foreach (ref readonly Transmit transmit in batch)
        {
            if (transmit.Arrival != 0)
            {
                latency.Add(now - transmit.Arrival);
            }
        }
    }

    // Lets packets gather before the next receive call, if that is worth it.
    private void Coalesce(int count, Instant received)
    {
        if (_coalescer.PauseMax <= TimeSpan.Zero)
        {
            return;
        }

        // A full batch may leave something of its last train in the slab: nothing to wait for.
        long messages = _socket.MessagesReceived;
        int fresh = count == _received.Length ? Coalescer.EnoughMessages : (int)(messages - _messagesReceived);
        _messagesReceived = messages;
        TimeSpan pause = _coalescer.HandleReceived(fresh, received, MonotonicClock.Now);
        if (pause > TimeSpan.Zero)
        {
            PacketThread.Pause(pause);
        }
    }

    private void Wait(Instant now)
    {
        Instant next = _engine.NextTimeout;
        TimeSpan timeout = next == Instant.Never ? WaitMax : next - now;
        _socket.Wait(timeout < WaitMax ? timeout : WaitMax);
    }
}

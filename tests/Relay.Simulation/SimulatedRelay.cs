using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Srtp;

namespace Relay.Simulation;

/// <summary>
/// A real engine on a network that exists only in virtual time: datagrams take as long as the network says, or are lost.
/// The pool is checked, and every run ends with the sum received = forwarded + consumed + dropped.
/// </summary>
public sealed class SimulatedRelay : IDisposable
{
    private readonly PriorityQueue<Action, (long Ticks, long Order)> _scheduled = new();
    private readonly Dictionary<TransportAddress, SimulatedPeer> _peers = [];
    private readonly Dictionary<TransportAddress, TurnTunnel> _tunnels = [];
    private readonly Received[] _batch = new Received[64];
    private long _order;

    /// <param name="profile">Of every leg.</param>
    /// <param name="seed">The same one gives the same run.</param>
    /// <param name="options">Limits.</param>
    /// <param name="poolSlots">Packets that the engine can hold.</param>
    /// <param name="slab">Where received datagrams lie; by default one buffer for a train.</param>
    /// <param name="isChecked">False for whoever measures time: freed slots are not overwritten then.</param>
    /// <param name="turn">Of its TURN server; null for none.</param>
    public SimulatedRelay(
        SrtpProfile profile = SrtpProfile.AeadAes128Gcm,
        int seed = 1,
        EngineOptions? options = null,
        int poolSlots = 4096,
        ReceiveSlab? slab = null,
        bool isChecked = true,
        TurnSettings? turn = null)
    {
        Profile = profile;
        Random = new SeededRandom(seed);
        Pool = new PacketPool(poolSlots, isChecked);
        Slab = slab ?? new ReceiveSlab(buffers: 1, bufferBytes: 65_536);
        Dtls = new ScriptedDtls(profile);
        Engine = new RelayEngine(options ?? new EngineOptions { TransportsMax = 16 }, Pool, Slab, Dtls, Random, turn);
    }

    public SrtpProfile Profile { get; }

    public SeededRandom Random { get; }

    public PacketPool Pool { get; }

    public ReceiveSlab Slab { get; }

    public ScriptedDtls Dtls { get; }

    public RelayEngine Engine { get; }

    public Instant Now { get; private set; } = new(TimeSpan.FromHours(1).Ticks);

    public List<EngineEvent> Events { get; } = [];

    /// <summary>Bytes that the engine's own calls allocated on this thread since the start.</summary>
    public long EngineAllocatedBytes { get; private set; }

    /// <summary>False: nobody takes what the engine wants to send, as when the socket is blocked.</summary>
    public bool TakesTransmits { get; set; } = true;

    /// <summary>Datagrams sent to an address that no peer has.</summary>
    public int StrayDatagrams { get; private set; }

    /// <summary>One way, each direction.</summary>
    public TimeSpan Delay { get; set; } = TimeSpan.FromMilliseconds(1);

    /// <summary>What a queue adds on the way from the relay.</summary>
    public TimeSpan QueueDown { get; set; }

    /// <summary>Decides about each datagram to the relay; true loses it.</summary>
    public Func<byte[], bool> LosesUp { get; set; } = _ => false;

    /// <summary>Decides about each datagram from the relay.</summary>
    public Func<byte[], bool> LosesDown { get; set; } = _ => false;

    public void Add(SimulatedPeer peer) => _peers[peer.Address] = peer;

    /// <summary>Puts a peer behind a TURN allocation, which its address is the client of.</summary>
    public void Add(SimulatedPeer peer, TurnTunnel tunnel)
    {
        Add(peer);
        _tunnels[peer.Address] = tunnel;
    }

    public void Move(SimulatedPeer peer, TransportAddress address)
    {
        _peers.Remove(peer.Address);
        peer.Address = address;
        _peers[address] = peer;
    }

    public void Command(in Command command)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Engine.HandleCommand(command, Now);
        EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        Drain();
    }

    /// <summary>Hands a datagram to the engine at once, past the network.</summary>
    public void Receive(TransportAddress address, ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(Slab.Buffer(0));
        _batch[0] = new Received { Offset = Slab.OffsetOf(0), Length = datagram.Length, Remote = address };
        Handle(1);
    }

    /// <summary>Hands a frame of an ICE-TCP stream to the engine at once.</summary>
    public void ReceiveIceStream(TransportAddress stream, TransportAddress mapped, byte[] frame)
    {
        Engine.HandleIceStream(frame, stream, mapped, Now);
        Drain();
    }

    /// <summary>Ends an ICE-TCP stream.</summary>
    public void EndStream(TransportAddress stream)
    {
        Engine.HandleStreamClosed(stream, Now);
        Drain();
    }

    /// <summary>Hands a train to the engine at once: datagrams that lie one behind the other in one buffer.</summary>
    public void ReceiveTrain(TransportAddress address, IReadOnlyList<byte[]> datagrams) =>
        ReceiveBatch([.. datagrams.Select(datagram => (address, datagram))]);

    /// <summary>Hands what one receive call brought to the engine at once.</summary>
    public void ReceiveBatch(IReadOnlyList<(TransportAddress From, byte[] Bytes)> datagrams)
    {
        int offset = 0;
        for (int i = 0; i < datagrams.Count; i++)
        {
            (TransportAddress from, byte[] bytes) = datagrams[i];
            bytes.CopyTo(Slab.Buffer(0)[offset..]);
            _batch[i] = new Received { Offset = Slab.OffsetOf(0) + offset, Length = bytes.Length, Remote = from };
            offset += bytes.Length;
        }

        Handle(datagrams.Count);
    }

    public void FromPeer(SimulatedPeer peer, byte[] datagram) =>
        FromAddress(peer.Address, _tunnels.ContainsKey(peer.Address) ? TurnTunnel.Wrap(datagram) : datagram);

    public void FromAddress(TransportAddress address, byte[] datagram)
    {
        if (!LosesUp(datagram))
        {
            Schedule(Delay, () => Receive(address, datagram));
        }
    }

    public void Schedule(TimeSpan delay, Action action) => _scheduled.Enqueue(action, ((Now + delay).Ticks, _order++));

    /// <summary>Lets time pass: everything scheduled and every timer happens at its moment.</summary>
    public void Run(TimeSpan duration)
    {
        Instant end = Now + duration;
        while (true)
        {
            Instant next = _scheduled.TryPeek(out _, out (long Ticks, long Order) first) ? new Instant(first.Ticks) : Instant.Never;
            Instant timer = Engine.NextTimeout;
            if (Instant.Min(next, timer) > end)
            {
                break;
            }

            if (next <= timer)
            {
                Now = next > Now ? next : Now;
                _scheduled.Dequeue()();
            }
            else
            {
                Now = timer > Now ? timer : Now;
                long before = GC.GetAllocatedBytesForCurrentThread();
                Engine.HandleTimeout(Now);
                EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
                Drain();
            }
        }

        Now = end;
        VerifySum();
    }

    public int CountEvents(EngineEventKind kind) => Events.Count(e => e.Kind == kind);

    public void Dispose()
    {
        Engine.Dispose();
        TakesTransmits = true;
        Drain();
        if (Pool.InUse != 0 || Dtls.LiveCount != 0)
        {
            throw new InvalidOperationException(
                $"Leaked {Pool.InUse} slots ({string.Join(", ", Enum.GetValues<PacketOwner>().Select(o => $"{o} {Pool.CountHeldBy(o)}"))}), "
                + $"{Dtls.LiveCount} associations.");
        }
    }

    private void Handle(int count)
    {
        int handled = 0;
        while (handled < count)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            handled += Engine.HandleDatagrams(_batch.AsSpan(handled, count - handled), Now);
            EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
            Drain();
        }
    }

    private void Drain()
    {
        while (TakesTransmits && TryDequeueTransmit(out Transmit transmit))
        {
            byte[] datagram = Pool.Span(transmit.Packet, transmit.Offset, transmit.Length).ToArray();
            Pool.Release(transmit.Packet, PacketOwner.Transmit);
            if (!_peers.TryGetValue(transmit.Remote, out SimulatedPeer? peer))
            {
                StrayDatagrams++;
            }
            else if (!LosesDown(datagram))
            {
                Schedule(Delay + QueueDown, () => Deliver(peer, datagram));
            }
        }

        while (Engine.TryDequeueEvent(out EngineEvent engineEvent))
        {
            Events.Add(engineEvent);
        }
    }

    private void Deliver(SimulatedPeer peer, byte[] datagram)
    {
        if ((_tunnels.TryGetValue(peer.Address, out TurnTunnel? tunnel) ? tunnel.Unwrap(datagram) : datagram) is { } own)
        {
            peer.HandleDatagram(own);
        }
    }

    private bool TryDequeueTransmit(out Transmit transmit)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        bool isTaken = Engine.TryDequeueTransmit(out transmit);
        EngineAllocatedBytes += GC.GetAllocatedBytesForCurrentThread() - before;
        return isTaken;
    }

    private void VerifySum()
    {
        EngineCounters counters = Engine.Counters;
        if (counters.Received != counters.Forwarded + counters.Consumed + counters.DroppedTotal())
        {
            throw new InvalidOperationException("received = forwarded + consumed + dropped does not hold.");
        }
    }
}

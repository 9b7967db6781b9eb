using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Sfu;

namespace Relay.Core.Engine;

/// <summary>
/// The transports of one worker by slot, the addresses that lead to them, and their timers. Whoever lets a transport handle
/// something calls <see cref="Settle"/> afterwards. Used by one thread.
/// </summary>
internal sealed class TransportTable
{
    private readonly SfuContext _context;
    private readonly EngineEventQueue _events;
    private readonly TimerHeap _timers;
    private readonly Entry[] _entries;
    private int _count;

    /// <param name="context">Tells which sessions were touched.</param>
    /// <param name="events">Takes Connected and Closed.</param>
    /// <param name="options">Limits.</param>
    /// <param name="random">Keys the hashes.</param>
    public TransportTable(SfuContext context, EngineEventQueue events, EngineOptions options, RandomSource random)
    {
        _context = context;
        _events = events;
        _timers = new TimerHeap(options.TransportsMax);
        _entries = new Entry[options.TransportsMax];
        Flows = new FlowTable(options.TransportsMax * options.Ice.MaxPairs, random);
        Learning = new SsrcTable(options.TransportsMax, random);
    }

    /// <summary>Validated remote addresses, and the slots they lead to.</summary>
    public FlowTable Flows { get; }

    /// <summary>Plain legs whose remote is not known yet, by SSRC.</summary>
    public SsrcTable Learning { get; }

    /// <summary>Open transports; safe to read from any thread.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant NextTimeout => _timers.Next;

    /// <summary>The transport in the slot, whatever number that is; null if there is none.</summary>
    public Transport? this[int slot] => (uint)slot < (uint)_entries.Length ? _entries[slot].Transport : null;

    /// <summary>The transport if it is still the one that was opened under the id.</summary>
    public Transport? Find(TransportId id) =>
        (uint)id.Slot < (uint)_entries.Length && _entries[id.Slot].Generation == id.Generation
            ? _entries[id.Slot].Transport
            : null;

    public void Open(TransportId id, WebRtcTransport transport)
    {
        Enter(id, transport);
        Settle(id.Slot);
    }

    public void OpenPlain(TransportId id, PlainTransport transport, in TransportAddress remote)
    {
        Enter(id, transport);
        bool isReachable = transport.LearnsRemote
            ? Learning.TryAdd(transport.Session)
            : !Flows.TryGet(remote, out _) && Flows.TrySet(remote, id.Slot);
        if (isReachable)
        {
            Settle(id.Slot);
        }
        else
        {
            Close(id.Slot, CloseReason.AddressInUse);
        }
    }

    public void RequireFree(TransportId id) =>
        Invariant.Holds(_entries[id.Slot].Transport is null, "a transport is opened in a free slot");

    public void CloseAll(CloseReason reason)
    {
        for (int slot = 0; slot < _entries.Length; slot++)
        {
            if (_entries[slot].Transport is not null)
            {
                Close(slot, reason);
            }
        }
    }

    /// <summary>Does everything whose time has come.</summary>
    public void HandleTimeout(Instant now)
    {
        while (_timers.TryDequeueDue(now, out int slot))
        {
            if (_entries[slot].Transport is { } transport)
            {
                transport.HandleTimeout(now);
                Settle(slot);
            }
        }
    }

    public void Close(int slot, CloseReason reason)
    {
        ref Entry entry = ref _entries[slot];
        Transport transport = entry.Transport!;
        transport.Close(reason);
        Learning.Remove(transport.Session);
        ForgetAddresses(transport, slot);
        _timers.Set(slot, Instant.Never);
        entry.Transport = null;
        Volatile.Write(ref _count, _count - 1);
        _events.Enqueue(new EngineEvent
        {
            Kind = EngineEventKind.Closed,
            Transport = new TransportId(slot, entry.Generation),
            Reason = transport.CloseReason,
        });
    }

    /// <summary>After a transport has handled something: tells its news, drops its old addresses, sets its timer.</summary>
    public void Settle(int slot)
    {
        ref Entry entry = ref _entries[slot];
        if (entry.Transport is not { } transport)
        {
            return;
        }

        if (transport.CloseReason != CloseReason.None)
        {
            Close(slot, transport.CloseReason);
            return;
        }

        if (transport.IsConnected && !entry.IsConnectedTold)
        {
            entry.IsConnectedTold = true;
            _events.Enqueue(new EngineEvent { Kind = EngineEventKind.Connected, Transport = new TransportId(slot, entry.Generation) });
        }

        ForgetAddresses(transport, slot);
        _timers.Set(slot, transport.NextTimeout);
    }

    /// <summary>Lets every session that was touched do what is due.</summary>
    public void SettleTouched(Instant now)
    {
        while (_context.TryDequeueTouched(out RtpSession? session))
        {
            session.HandleTimeout(now);
            Settle(session.Slot);
        }
    }

    private void Enter(TransportId id, Transport transport)
    {
        _entries[id.Slot] = new Entry { Transport = transport, Generation = id.Generation };
        Volatile.Write(ref _count, _count + 1);
    }

    private void ForgetAddresses(Transport transport, int slot)
    {
        while (transport.TryDequeueRemovedAddress(out TransportAddress remote))
        {
            Flows.Remove(remote, slot);
        }
    }

    private struct Entry
    {
        public Transport? Transport;
        public uint Generation;
        public bool IsConnectedTold;
    }
}

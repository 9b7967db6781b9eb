using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Core.Stun;

namespace Relay.Core.Engine;

/// <summary>
/// The whole media plane of one worker, without I/O: datagrams and commands go in, datagrams and events come out. It
/// reads no clock, no socket and no random source of its own. After any run of Handle calls the caller drains
/// <see cref="TryDequeueTransmit"/> and <see cref="TryDequeueEvent"/>, then sleeps until <see cref="NextTimeout"/> at
/// most. Used by one thread.
/// </summary>
public sealed class RelayEngine : IDisposable
{
    private readonly EngineOptions _options;
    private readonly ReceiveSlab _slab;
    private readonly TransmitQueue _transmits;
    private readonly SfuContext _context;
    private readonly IDtlsAssociationFactory _dtls;
    private readonly FlowTable _flows;
    private readonly SsrcTable _learning;
    private readonly TimerHeap _timers;
    private readonly Entry[] _entries;
    private readonly EngineEventQueue _events;
    private int _transportCount;

    /// <param name="options">Limits.</param>
    /// <param name="pool">Where the engine keeps packets and writes what it sends.</param>
    /// <param name="slab">Where received datagrams lie.</param>
    /// <param name="dtls">Makes DTLS associations.</param>
    /// <param name="random">Fit for keys.</param>
    public RelayEngine(
        EngineOptions options, PacketPool pool, ReceiveSlab slab, IDtlsAssociationFactory dtls, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        _options = options;
        _slab = slab;
        _dtls = dtls;
        _transmits = new TransmitQueue(pool, options.TransmitQueueCapacity);
        _context = new SfuContext(pool, _transmits, Counters, random, options.Sfu, options.TransportsMax);
        _flows = new FlowTable(options.TransportsMax * options.Ice.MaxPairs, random);
        _learning = new SsrcTable(options.TransportsMax, random);
        _timers = new TimerHeap(options.TransportsMax);
        _entries = new Entry[options.TransportsMax];
        _events = new EngineEventQueue(options.TransportsMax);
    }

    public EngineCounters Counters { get; } = new();

    /// <summary>Open transports.</summary>
    public int TransportCount => Volatile.Read(ref _transportCount);

    /// <summary>When <see cref="HandleTimeout"/> wants to be called, <see cref="Instant.Never"/> if nothing is pending.</summary>
    public Instant NextTimeout => _timers.Next;

    /// <summary>
    /// Takes what one receive call brought, in order. Each datagram stands for itself: whatever becomes of one, the next is
    /// handled. They are overwritten in the slab (RTCP is opened in place) and not needed any more afterwards. One packet may
    /// be sent to a thousand consumers: with the transmit queue half full it stops, for the caller to drain and call again.
    /// </summary>
    /// <returns>How many it took, at least one of a batch that has any.</returns>
    public int HandleDatagrams(ReadOnlySpan<Received> batch, Instant now)
    {
        int handled = 0;
        while (handled < batch.Length && (handled == 0 || !_transmits.IsHalfFull))
        {
            ReadOnlySpan<Received> next = batch.Slice(handled, Math.Min(batch.Length - handled, SrtpBatch.ForecastsMax));
            ForecastTags(next);
            foreach (ref readonly Received received in next)
            {
                _transmits.Arrival = received.Arrival;
                HandleDatagram(_slab.Span(received), received.Remote, now);
                handled++;
                if (_transmits.IsHalfFull)
                {
                    break;
                }
            }

            _context.Srtp.ClearForecasts();
        }

        _transmits.Arrival = 0;
        return handled;
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

        SettleTouched(now);
    }

    /// <summary>A handshake that is computed elsewhere has gone on; without effect if the transport is gone.</summary>
    public void HandleHandshake(int slot, Instant now)
    {
        (_entries[slot].Transport as WebRtcTransport)?.HandleHandshake(now);
        Settle(slot);
        SettleTouched(now);
    }

    /// <summary>Carries out one command; see <see cref="CommandKind"/>.</summary>
    public void HandleCommand(in Command command, Instant now)
    {
        switch (command.Kind)
        {
            case CommandKind.Open:
                Open(command.Transport, command.Parameters, now);
                break;

            case CommandKind.OpenPlain:
                OpenPlain(command.Transport, command.Parameters, now);
                break;

            case CommandKind.RestartIce when Find(command.Transport) is WebRtcTransport transport:
                transport.HandleIceRestart(command.Parameters.LocalIce, command.Parameters.RemoteUfrag, now);
                Settle(command.Transport.Slot);
                break;

            case CommandKind.Connect when Find(command.Transport) is { } first && Find(command.Other) is { } second:
                Router.Connect(first.Session, second.Session, command.WithVideo);
                break;

            case CommandKind.Disconnect when Find(command.Transport) is { } transport:
                Router.Disconnect(transport.Session);
                break;

            case CommandKind.Consume when Find(command.Transport) is { } sink && Find(command.Other) is { } source:
                Router.Consume(sink.Session, source.Session, command.WithAudio, command.WithVideo);
                break;

            case CommandKind.StopConsuming when Find(command.Transport) is { } sink && Find(command.Other) is { } source:
                Router.StopConsuming(sink.Session, source.Session, command.WithAudio, command.WithVideo);
                break;

            case CommandKind.Close when Find(command.Transport) is not null:
                Close(command.Transport.Slot, command.Reason);
                break;

            default:
                // The transport ended before the command came: there is nothing to do, and its Closed event tells.
                break;
        }

        SettleTouched(now);
    }

    /// <summary>Takes the next datagram to send; the caller releases its slot as <see cref="PacketOwner.Transmit"/>.</summary>
    public bool TryDequeueTransmit(out Transmit transmit) => _context.TryDequeueTransmit(out transmit);

    /// <summary>Takes the next event.</summary>
    public bool TryDequeueEvent(out EngineEvent engineEvent) => _events.TryDequeue(out engineEvent);

    /// <summary>Closes every transport; drain once more before the pool goes.</summary>
    public void Dispose()
    {
        for (int slot = 0; slot < _entries.Length; slot++)
        {
            if (_entries[slot].Transport is not null)
            {
                Close(slot, CloseReason.Draining);
            }
        }
    }

    // The tags of AES-CM cost a third if they are computed for many packets at once, so that comes before the packets are
    // handled one by one. It changes no state and decides nothing: what comes of a packet is the same without it.
    private void ForecastTags(ReadOnlySpan<Received> batch)
    {
        if (_context.Srtp.InboundCount == 0 || batch.Length < _context.Srtp.ForecastsMin)
        {
            return;
        }

        foreach (ref readonly Received received in batch)
        {
            ReadOnlySpan<byte> datagram = _slab.Span(received);
            if (DatagramClassifier.Classify(datagram) == DatagramKind.Rtp
                && _flows.TryGet(received.Remote, out int slot)
                && _entries[slot].Transport is { } transport)
            {
                transport.Session.ForecastTag(datagram);
            }
        }

        _context.Srtp.ComputeForecasts();
    }

    private void HandleDatagram(Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        Counters.CountReceived();
        DatagramKind kind = DatagramClassifier.Classify(datagram);
        DropReason reason = kind switch
        {
            _ when VirtualAddress.IsVirtual(remote) => DropReason.ImpossibleAddress,
            DatagramKind.Stun => HandleStun(datagram, remote, now),
            DatagramKind.Unknown or DatagramKind.ChannelData => datagram.IsEmpty ? DropReason.Empty : DropReason.UnknownProtocol,
            _ => HandleFlow(kind, datagram, remote, now),
        };
        if (reason != DropReason.None)
        {
            Counters.CountDropped(reason);
        }
        else if (kind == DatagramKind.Rtp)
        {
            Counters.CountForwarded();
        }
        else
        {
            Counters.CountConsumed();
        }

        SettleTouched(now);
    }

    // STUN is taken from anywhere: the ufrag names the transport, and the integrity check proves that the peer knows it.
    private DropReason HandleStun(ReadOnlySpan<byte> datagram, in TransportAddress remote, Instant now)
    {
        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (message.Method != StunMethod.Binding)
        {
            return DropReason.StunUnexpectedMethod;
        }

        // A lite agent sends no checks, so it has no answers to expect; indications keep a binding open and need none.
        if (message.Class != StunClass.Request)
        {
            return message.Class == StunClass.Indication ? DropReason.None : DropReason.StunUnexpectedClass;
        }

        if (!IceUfrag.TryReadSlot(message.Username, out int slot)
            || (uint)slot >= (uint)_entries.Length
            || _entries[slot].Transport is not WebRtcTransport transport)
        {
            return DropReason.StunUnknownUser;
        }

        // An address belongs to one transport: a peer that spoofs another's cannot take its flow away.
        if (_flows.TryGet(remote, out int owner) && owner != slot)
        {
            return DropReason.AddressInUse;
        }

        reason = transport.HandleBindingRequest(message, remote, remote, now);
        Settle(slot);
        // Only now: an address that made room for this one must leave the table first.
        if (reason == DropReason.None && transport.IsValidated(remote) && !_flows.TrySet(remote, slot))
        {
            reason = DropReason.TableFull;
        }

        return reason;
    }

    private DropReason HandleFlow(DatagramKind kind, Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        if (!_flows.TryGet(remote, out int slot) || _entries[slot].Transport is not { } transport)
        {
            return kind == DatagramKind.Dtls ? DropReason.UnknownFlow : HandleUnknownFlow(kind, datagram, remote, now);
        }

        switch (kind)
        {
            case DatagramKind.Rtp:
                return transport.HandleRtp(datagram, remote, now);

            case DatagramKind.Rtcp:
                return transport.HandleRtcp(datagram, remote, now);

            case DatagramKind.Dtls when transport is WebRtcTransport webRtc:
                DropReason reason = webRtc.HandleDtls(datagram, remote, now);
                Settle(slot);
                return reason;

            default:
                return DropReason.DtlsUnexpected;
        }
    }

    // The peer of a plain leg may show up anywhere: its SSRC says whose the packet would be, and the leg's keys whether it is.
    private DropReason HandleUnknownFlow(DatagramKind kind, Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        if (!_learning.TryGet(kind, datagram, out int slot) || _entries[slot].Transport is not { } transport)
        {
            return DropReason.UnknownFlow;
        }

        DropReason reason = kind == DatagramKind.Rtp
            ? transport.HandleRtp(datagram, remote, now)
            : transport.HandleRtcp(datagram, remote, now);
        if (transport.Session.Remote == remote && !_flows.TrySet(remote, slot))
        {
            reason = DropReason.TableFull;
        }

        Settle(slot);
        return reason;
    }

    private void Open(TransportId id, in TransportParameters parameters, Instant now)
    {
        RequireFree(id);
        Enter(id, new WebRtcTransport(
            _context, id.Slot, parameters, _dtls.Create(parameters.RemoteFingerprint, id.Slot), _options.Ice, now));
        Settle(id.Slot);
    }

    private void OpenPlain(TransportId id, in TransportParameters parameters, Instant now)
    {
        RequireFree(id);
        var transport = new PlainTransport(_context, id.Slot, parameters, now);
        Enter(id, transport);
        bool isReachable = transport.LearnsRemote
            ? _learning.TryAdd(transport.Session)
            : !_flows.TryGet(parameters.Plain.Remote, out _) && _flows.TrySet(parameters.Plain.Remote, id.Slot);
        if (isReachable)
        {
            Settle(id.Slot);
        }
        else
        {
            Close(id.Slot, CloseReason.AddressInUse);
        }
    }

    private void RequireFree(TransportId id) =>
        Invariant.Holds(_entries[id.Slot].Transport is null, "a transport is opened in a free slot");

    private void Enter(TransportId id, Transport transport)
    {
        _entries[id.Slot] = new Entry { Transport = transport, Generation = id.Generation };
        Volatile.Write(ref _transportCount, _transportCount + 1);
    }

    private void Close(int slot, CloseReason reason)
    {
        ref Entry entry = ref _entries[slot];
        Transport transport = entry.Transport!;
        transport.Close(reason);
        _learning.Remove(transport.Session);
        ForgetAddresses(transport, slot);
        _timers.Set(slot, Instant.Never);
        entry.Transport = null;
        Volatile.Write(ref _transportCount, _transportCount - 1);
        _events.Enqueue(new EngineEvent
        {
            Kind = EngineEventKind.Closed,
            Transport = new TransportId(slot, entry.Generation),
            Reason = transport.CloseReason,
        });
    }

    // After a transport has handled something: tells its news, drops its old addresses, sets its timer.
    private void Settle(int slot)
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

    private void SettleTouched(Instant now)
    {
        while (_context.TryDequeueTouched(out RtpSession? session))
        {
            session.HandleTimeout(now);
            Settle(session.Slot);
        }
    }

    private void ForgetAddresses(Transport transport, int slot)
    {
        while (transport.TryDequeueRemovedAddress(out TransportAddress remote))
        {
            _flows.Remove(remote, slot);
        }
    }

    private Transport? Find(TransportId id) =>
        (uint)id.Slot < (uint)_entries.Length && _entries[id.Slot].Generation == id.Generation
            ? _entries[id.Slot].Transport
            : null;

    private struct Entry
    {
        public Transport? Transport;
        public uint Generation;
        public bool IsConnectedTold;
    }
}

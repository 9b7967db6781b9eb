using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Dtls;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Relay.Core.Srtp;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Core.Engine;

/// <summary>
/// The whole media plane of one worker, without I/O: datagrams and commands go in, datagrams and events come out. It
/// reads no clock, no socket and no random source of its own. After any run of Handle calls the caller drains
/// <see cref="TryDequeueTransmit"/> and <see cref="TryDequeueEvent"/>, then sleeps until <see cref="NextTimeout"/> at
/// most. Used by one thread.
/// </summary>
public sealed class RelayEngine : IDisposable
{
    private readonly ReceiveSlab _slab;
    private readonly TransmitQueue _transmits;
    private readonly SfuContext _context;
    private readonly TurnServer? _turn;
    private readonly TransportTable _transports;
    private readonly EngineEventQueue _events;
    private readonly CommandHandler _commands;

    // Of the last Handle call: what is drained belongs to it.
    private Instant _now;

    /// <param name="options">Limits.</param>
    /// <param name="pool">Where the engine keeps packets and writes what it sends.</param>
    /// <param name="slab">Where received datagrams lie.</param>
    /// <param name="dtls">Makes DTLS associations.</param>
    /// <param name="random">Fit for keys.</param>
    /// <param name="turn">What its TURN server needs; null for none.</param>
    public RelayEngine(
        EngineOptions options,
        PacketPool pool,
        ReceiveSlab slab,
        IDtlsAssociationFactory dtls,
        RandomSource random,
        TurnSettings? turn = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(pool);
        _slab = slab;
        _transmits = new TransmitQueue(pool, options.TransmitQueueCapacity);
        _context = new SfuContext(pool, _transmits, Counters, random, options.Sfu, options.TransportsMax);
        _turn = turn?.CreateServer(pool, _transmits, random);
        _events = new EngineEventQueue(options.TransportsMax);
        _transports = new TransportTable(_context, _events, options, random);
        _commands = new CommandHandler(options.Ice, _context, _transports, dtls, _turn);
    }

    public EngineCounters Counters { get; } = new();

    /// <summary>Open transports.</summary>
    public int TransportCount => _transports.Count;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called, <see cref="Instant.Never"/> if nothing is pending.</summary>
    public Instant NextTimeout => _turn is null ? _transports.NextTimeout : Instant.Min(_transports.NextTimeout, _turn.NextTimeout);

    /// <summary>What the TURN server counts; null if there is none.</summary>
    public TurnCounters? TurnCounters => _turn?.Counters;

    /// <summary>
    /// Takes what one receive call brought, in order. Each datagram stands for itself: whatever becomes of one, the next is
    /// handled. They are overwritten in the slab (RTCP is opened in place) and not needed any more afterwards. One packet may
    /// be sent to a thousand consumers: with the transmit queue half full it stops, for the caller to drain and call again.
    /// </summary>
    /// <returns>How many it took, at least one of a batch that has any.</returns>
    public int HandleDatagrams(ReadOnlySpan<Received> batch, Instant now)
    {
        _now = now;
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

    /// <summary>
    /// Takes what one TURN client sent on a stream (RFC 8656 section 3.1): a STUN message or ChannelData, whole. It is
    /// overwritten.
    /// </summary>
    /// <param name="message">The message.</param>
    /// <param name="stream">A <see cref="VirtualAddress"/>.</param>
    /// <param name="mapped">The client's address as the stream has it.</param>
    /// <param name="now">The time.</param>
    public void HandleTurnStream(Span<byte> message, in TransportAddress stream, in TransportAddress mapped, Instant now)
    {
        _now = now;
        Counters.CountReceived();
        DatagramKind kind = DatagramClassifier.Classify(message);
        DropReason reason = _turn is null ? DropReason.UnknownProtocol : HandleTurn(message, stream, mapped, now, ref kind);
        Count(kind, reason, now);
    }

    /// <summary>Takes one frame of an ICE-TCP stream (RFC 6544, RFC 4571): what a datagram would hold. It is overwritten.</summary>
    /// <inheritdoc cref="HandleTurnStream"/>
    public void HandleIceStream(Span<byte> message, in TransportAddress stream, in TransportAddress mapped, Instant now)
    {
        _now = now;
        Counters.CountReceived();
        DatagramKind kind = DatagramClassifier.Classify(message);
        Count(kind, HandleMedia(kind, message, stream, mapped, now), now);
    }

    /// <summary>A stream has ended, and with it the allocation that its client had, or the address of a leg.</summary>
    public void HandleStreamClosed(in TransportAddress stream, Instant now)
    {
        _now = now;
        _turn?.HandleStreamClosed(stream, now);
        if (_transports.Flows.TryGet(stream, out int slot) && _transports[slot] is WebRtcTransport transport)
        {
            transport.HandleStreamClosed(stream);
            _transports.Settle(slot);
        }
    }

    /// <summary>A connection to a peer of a TCP allocation is open.</summary>
    public void HandlePeerOpened(uint id, Instant now) => _turn?.HandlePeerOpened(id, now);

    /// <summary>A connection to a peer of a TCP allocation has failed or ended.</summary>
    public void HandlePeerClosed(uint id) => _turn?.HandlePeerClosed(id);

    /// <inheritdoc cref="TurnServer.TryAcceptPeer"/>
    public bool TryAcceptPeer(int listener, in TransportAddress peer, Instant now, out uint id)
    {
        id = 0;
        return _turn is not null && _turn.TryAcceptPeer(listener, peer, now, out id);
    }

    /// <summary>Takes a datagram that a public peer sent to a relay port (RFC 8656 section 11.3).</summary>
    public void HandlePeerDatagram(ReadOnlySpan<byte> datagram, int port, in TransportAddress peer, Instant now)
    {
        _now = now;
        Counters.CountReceived();
        DropReason reason = _turn is null ? DropReason.UnknownFlow : _turn.HandlePeer(datagram, port, peer, now);
        Count(DatagramKind.ChannelData, reason, now);
    }

    /// <summary>Takes an ICMP error that a relay port got; what nobody has permitted is none of anybody's business.</summary>
    /// <inheritdoc cref="TurnServer.HandlePeerError"/>
    public void HandlePeerError(int port, in TransportAddress peer, byte type, byte code, uint errorData, Instant now)
    {
        _now = now;
        _ = _turn?.HandlePeerError(port, peer, type, code, errorData, now);
    }

    /// <summary>Does everything whose time has come.</summary>
    public void HandleTimeout(Instant now)
    {
        _now = now;
        _turn?.HandleTimeout(now);
        _transports.HandleTimeout(now);
        _transports.SettleTouched(now);
    }

    /// <summary>A handshake that is computed elsewhere has gone on; without effect if the transport is gone.</summary>
    public void HandleHandshake(int slot, Instant now)
    {
        _now = now;
        (_transports[slot] as WebRtcTransport)?.HandleHandshake(now);
        _transports.Settle(slot);
        _transports.SettleTouched(now);
    }

    /// <summary>Carries out one command; see <see cref="CommandKind"/>.</summary>
    public void HandleCommand(in Command command, Instant now)
    {
        _now = now;
        _commands.Handle(command, now);
        _transports.SettleTouched(now);
    }

    /// <summary>Takes the next datagram to send; the caller releases its slot as <see cref="PacketOwner.Transmit"/>.</summary>
    public bool TryDequeueTransmit(out Transmit transmit)
    {
        while (_context.TryDequeueTransmit(out transmit))
        {
            // What goes to a client behind an allocation gets its header in front, in place, and the client's address.
            if (VirtualAddress.KindOf(transmit.Remote) != VirtualAddressKind.TurnPeer || (_turn?.TryWrap(ref transmit, _now) ?? false))
            {
                return true;
            }

            _context.Pool.Release(transmit.Packet, PacketOwner.Transmit);
            Counters.CountRefused();
        }

        return false;
    }

    /// <summary>Takes the next event.</summary>
    public bool TryDequeueEvent(out EngineEvent engineEvent) => _events.TryDequeue(out engineEvent);

    /// <summary>Closes every transport; drain once more before the pool goes.</summary>
    public void Dispose()
    {
        _transports.CloseAll(CloseReason.Draining);
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
                && _transports.Flows.TryGet(received.Remote, out int slot)
                && _transports[slot] is { } transport)
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
        DropReason reason = VirtualAddress.IsVirtual(remote) ? DropReason.ImpossibleAddress
            : kind == DatagramKind.Stun ? HandleStun(datagram, remote, now, ref kind)
            : kind == DatagramKind.ChannelData && _turn is not null ? HandleTurn(datagram, remote, remote, now, ref kind)
            : HandleMedia(kind, datagram, remote, remote, now);
        Count(kind, reason, now);
    }

    private DropReason HandleStun(Span<byte> datagram, in TransportAddress remote, Instant now, ref DatagramKind kind)
    {
        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
        if (reason != DropReason.None)
        {
            return reason;
        }

        // A binding request with a user name is a connectivity check of some leg; without one, it asks for its address.
        bool asksForAddress = message.Class == StunClass.Request && message.Username.IsEmpty;
        if (_turn is null || (message.Method == StunMethod.Binding && !asksForAddress))
        {
            return HandleCheck(message, remote, remote, now);
        }

        reason = _turn.HandleStun(datagram, message, remote, remote, now, out TurnHop hop);
        return hop.IsNone ? reason : HandleHop(datagram, hop, now, ref kind);
    }

    private DropReason HandleTurn(
        Span<byte> message, in TransportAddress client, in TransportAddress mapped, Instant now, ref DatagramKind kind)
    {
        DropReason reason = _turn!.HandleClient(message, client, mapped, now, out TurnHop hop);
        return hop.IsNone ? reason : HandleHop(message, hop, now, ref kind);
    }

    // What a client sends through its allocation to this relay is as if it had come from the relayed address: a call, no socket.
    private DropReason HandleHop(Span<byte> message, in TurnHop hop, Instant now, ref DatagramKind kind)
    {
        Span<byte> datagram = message.Slice(hop.Offset, hop.Length);
        kind = DatagramClassifier.Classify(datagram);
        return HandleMedia(kind, datagram, hop.Remote, hop.Mapped, now);
    }

    private DropReason HandleMedia(
        DatagramKind kind, Span<byte> datagram, in TransportAddress remote, in TransportAddress mapped, Instant now) => kind switch
        {
            DatagramKind.Stun => HandleCheck(datagram, remote, mapped, now),
            DatagramKind.Unknown or DatagramKind.ChannelData => datagram.IsEmpty ? DropReason.Empty : DropReason.UnknownProtocol,
            _ => HandleFlow(kind, datagram, remote, now),
        };

    private void Count(DatagramKind kind, DropReason reason, Instant now)
    {
        if (reason != DropReason.None)
        {
            Counters.CountDropped(reason);
        }
        else if (kind is DatagramKind.Rtp or DatagramKind.ChannelData)
        {
            Counters.CountForwarded();
        }
        else
        {
            Counters.CountConsumed();
        }

        _transports.SettleTouched(now);
    }

    private DropReason HandleCheck(
        ReadOnlySpan<byte> datagram, in TransportAddress remote, in TransportAddress mapped, Instant now)
    {
        DropReason reason = StunMessageReader.TryParse(datagram, out StunMessageReader message);
        return reason != DropReason.None ? reason : HandleCheck(message, remote, mapped, now);
    }

    // STUN is taken from anywhere: the ufrag names the transport, and the integrity check proves that the peer knows it.
    private DropReason HandleCheck(
        in StunMessageReader message, in TransportAddress remote, in TransportAddress mapped, Instant now)
    {
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
            || _transports[slot] is not WebRtcTransport transport)
        {
            return DropReason.StunUnknownUser;
        }

        // An address belongs to one transport: a peer that spoofs another's cannot take its flow away.
        if (_transports.Flows.TryGet(remote, out int owner) && owner != slot)
        {
            return DropReason.AddressInUse;
        }

        DropReason reason = transport.HandleBindingRequest(message, remote, mapped, now);
        _transports.Settle(slot);
        // Only now: an address that made room for this one must leave the table first.
        if (reason == DropReason.None && transport.IsValidated(remote) && !_transports.Flows.TrySet(remote, slot))
        {
            reason = DropReason.TableFull;
        }

        return reason;
    }

    private DropReason HandleFlow(DatagramKind kind, Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        if (!_transports.Flows.TryGet(remote, out int slot) || _transports[slot] is not { } transport)
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
                _transports.Settle(slot);
                return reason;

            default:
                return DropReason.DtlsUnexpected;
        }
    }

    // The peer of a plain leg may show up anywhere: its SSRC says whose the packet would be, and the leg's keys whether it is.
    private DropReason HandleUnknownFlow(DatagramKind kind, Span<byte> datagram, in TransportAddress remote, Instant now)
    {
        if (!_transports.Learning.TryGet(kind, datagram, out int slot) || _transports[slot] is not { } transport)
        {
            return DropReason.UnknownFlow;
        }

        DropReason reason = kind == DatagramKind.Rtp
            ? transport.HandleRtp(datagram, remote, now)
            : transport.HandleRtcp(datagram, remote, now);
        if (transport.Session.Remote == remote && !_transports.Flows.TrySet(remote, slot))
        {
            reason = DropReason.TableFull;
        }

        _transports.Settle(slot);
        return reason;
    }
}

using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// One worker's TURN server (RFC 8656), without I/O: clients' messages and peers' datagrams go in, datagrams come out of the
/// transmit queue. What a client sends to the relay's own media ports comes back as a <see cref="TurnHop"/>; what the
/// engine sends to such a client passes through <see cref="TryWrap"/>. Used by one thread.
/// </summary>
public sealed class TurnServer
{
    /// <summary>The longest realm: it is in every 401, and no answer to a stranger is much longer than its question.</summary>
    public const int RealmMaxBytes = TurnResponder.RealmMaxBytes;

    private static readonly ushort[] KnownAttributes =
    [
        StunAttributeType.Realm, StunAttributeType.Nonce, StunAttributeType.UserHash, StunAttributeType.PasswordAlgorithm,
        StunAttributeType.MessageIntegritySha256, StunAttributeType.RequestedTransport, StunAttributeType.Lifetime,
        StunAttributeType.RequestedAddressFamily, StunAttributeType.EvenPort, StunAttributeType.ReservationToken,
        StunAttributeType.DontFragment, StunAttributeType.ChannelNumber, StunAttributeType.XorPeerAddress,
        StunAttributeType.ConnectionId,
    ];

    private readonly AllocationTable _allocations;
    private readonly TurnResponder _responder;
    private readonly TurnAuthenticator _authenticator;
    private readonly TurnDrain _drain;
    private readonly AllocateRequest _allocate;
    private readonly RefreshRequest _refresh;
    private readonly PermissionRequest _permission;
    private readonly ChannelBindRequest _channelBind;
    private readonly ClientToPeer _toPeers;
    private readonly PeerToClient _toClients;
    private readonly TcpRelay? _tcp;

    /// <param name="options">Limits.</param>
    /// <param name="pool">The worker's packets.</param>
    /// <param name="transmits">Where answers and relayed packets go.</param>
    /// <param name="credentials">Who may use it; the realm has at most 16 bytes.</param>
    /// <param name="nonce">Makes and checks nonces.</param>
    /// <param name="policy">Whom clients may reach.</param>
    /// <param name="ports">Opens relay ports; null if no peer is outside of this process.</param>
    /// <param name="random">Fit for keys.</param>
    /// <param name="connections">TCP connections to peers; null if there are no TCP allocations.</param>
    /// <param name="streams">Clients' TCP and TLS connections; null if there are none.</param>
    public TurnServer(
        TurnOptions options,
        PacketPool pool,
        TransmitQueue transmits,
        TurnCredentials credentials,
        TurnNonce nonce,
        PeerPolicy policy,
        IRelayPorts? ports,
        RandomSource random,
        IPeerConnections? connections = null,
        IClientStreams? streams = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(credentials);
        options.Validate();
        var relayed = new RelayedPorts(options, ports, random, connections);
        var peers = new PeerDirectory(policy, relayed);
        var budget = new RelayBudget(options);
        PeerConnectionTable? table = connections is null ? null : new PeerConnectionTable(options, connections, Counters, random);
        _allocations = new AllocationTable(options, relayed, Counters, random) { Connections = table };
        _responder = new TurnResponder(options, transmits, Counters, credentials, nonce, random);
        _authenticator = new TurnAuthenticator(options, credentials, nonce);
        _drain = new TurnDrain(_allocations, streams, Counters);
        _allocate = new AllocateRequest(options, _allocations, _drain, _responder, random);
        _refresh = new RefreshRequest(options, _allocations, _drain, _responder, random);
        _permission = new PermissionRequest(_allocations, peers, _responder);
        _channelBind = new ChannelBindRequest(options, _allocations, peers, _responder);
        _toClients = new PeerToClient(pool, _allocations, peers, budget, transmits, Counters, random);
        _toPeers = new ClientToPeer(_allocations, peers, _toClients, budget, transmits, Counters);
        if (table is not null)
        {
            _tcp = new TcpRelay(_allocations, table, peers, connections!, _responder, transmits, Counters, random);
        }
    }

    public TurnCounters Counters { get; } = new();

    public int AllocationCount => _allocations.Count;

    /// <summary>When <see cref="HandleTimeout"/> wants to be called, <see cref="Instant.Never"/> if nothing is pending.</summary>
    public Instant NextTimeout => Instant.Min(
        Instant.Min(_allocations.NextTimeout, _drain.NextTimeout), _tcp is null ? Instant.Never : _tcp.NextTimeout);

    /// <summary>Takes a message of a client, STUN or ChannelData.</summary>
    /// <param name="message">One datagram, or one message of a stream.</param>
    /// <param name="client">The flow that it came on: a UDP address, or a stream.</param>
    /// <param name="mapped">The client's real address.</param>
    /// <param name="now">The time.</param>
    /// <param name="hop">What in the message is for the engine, if anything is.</param>
    public DropReason HandleClient(
        Span<byte> message, in TransportAddress client, in TransportAddress mapped, Instant now, out TurnHop hop)
    {
        if (ChannelData.LooksLikeChannelData(message))
        {
            return _toPeers.HandleChannelData(message, client, now, out hop);
        }

        hop = default;
        DropReason reason = StunMessageReader.TryParse(message, out StunMessageReader stun);
        return reason != DropReason.None ? reason : HandleStun(message, stun, client, mapped, now, out hop);
    }

    /// <summary>Takes a STUN message of a client that is parsed already.</summary>
    /// <param name="message">The bytes that it was parsed from.</param>
    /// <param name="stun">What they are.</param>
    /// <param name="client">The flow that it came on.</param>
    /// <param name="mapped">The client's real address.</param>
    /// <param name="now">The time.</param>
    /// <param name="hop">What in the message is for the engine, if anything is.</param>
    public DropReason HandleStun(
        ReadOnlySpan<byte> message,
        in StunMessageReader stun,
        in TransportAddress client,
        in TransportAddress mapped,
        Instant now,
        out TurnHop hop)
    {
        hop = default;
        return stun.Class switch
        {
            StunClass.Request => HandleRequest(stun, message.Length, client, mapped, now),
            StunClass.Indication when stun.Method == StunMethod.Send => _toPeers.HandleSend(message, stun, client, now, out hop),
            StunClass.Indication => stun.Method == StunMethod.Binding ? DropReason.None : DropReason.StunUnexpectedMethod,
            _ => DropReason.StunUnexpectedClass,
        };
    }

    /// <summary>
    /// Takes a packet that the engine sends to a <see cref="VirtualAddressKind.TurnPeer"/>: wraps it for the client, in its
    /// slot. False if it may not or cannot go there; the caller then releases the slot.
    /// </summary>
    public bool TryWrap(ref Transmit transmit, Instant now) => _toClients.TryWrap(ref transmit, now);

    /// <summary>Takes a datagram that a peer sent to a relay port.</summary>
    /// <param name="datagram">The payload.</param>
    /// <param name="port">The relay port's handle (<see cref="IRelayPorts.TryOpen"/>).</param>
    /// <param name="peer">Where it came from.</param>
    /// <param name="now">The time.</param>
    public DropReason HandlePeer(ReadOnlySpan<byte> datagram, int port, in TransportAddress peer, Instant now) =>
        _allocations.Ports.TryGetOwner(port, peer, out int owner)
            ? _toClients.Relay(_allocations.Owner(owner), peer, datagram, now)
            : DropReason.TurnNoAllocation;

    /// <summary>Takes an ICMP error that a relay port got (RFC 8656 section 11.5).</summary>
    /// <param name="port">The relay port's handle.</param>
    /// <param name="peer">Where the datagram was sent that caused it.</param>
    /// <param name="type">ICMP's type.</param>
    /// <param name="code">ICMP's code.</param>
    /// <param name="errorData">The next hop's MTU of "fragmentation needed" and "packet too big", else anything.</param>
    /// <param name="now">The time.</param>
    public DropReason HandlePeerError(int port, in TransportAddress peer, byte type, byte code, uint errorData, Instant now) =>
        !_allocations.Ports.TryGetOwner(port, peer, out int owner) ? DropReason.TurnNoAllocation
        : !IcmpErrors.IsTold(peer.IsIPv4, type) ? DropReason.TurnUnanswered
        : _toClients.RelayIcmp(
            _allocations.Owner(owner), peer, type, code, IcmpErrors.HasMtu(peer.IsIPv4, type, code) ? errorData : 0, now);

    /// <summary>A connection to a peer that <see cref="IPeerConnections"/> was told to make is open.</summary>
    public void HandlePeerOpened(uint id, Instant now) => _tcp?.HandleOpened(id, now);

    /// <summary>A connection to a peer has failed, or has ended on either side.</summary>
    public void HandlePeerClosed(uint id) => _tcp?.HandleClosed(id);

    /// <summary>A peer has connected to a relayed address (RFC 6062 section 5.3).</summary>
    /// <param name="listener">The listener (<see cref="IPeerConnections.TryListen"/>).</param>
    /// <param name="peer">Where it came from.</param>
    /// <param name="now">The time.</param>
    /// <param name="id">What the connection is called from now on.</param>
    /// <returns>False if the connection is not wanted and is to be closed.</returns>
    public bool TryAcceptPeer(int listener, in TransportAddress peer, Instant now, out uint id)
    {
        id = 0;
        return _tcp is not null && _tcp.TryAccept(listener, peer, now, out id);
    }

    /// <summary>A client's connection has ended, and its allocation with it, unless the client can move that elsewhere.</summary>
    public void HandleStreamClosed(in TransportAddress client, Instant now)
    {
        if (_allocations.Find(client) is { Ticket.IsNone: true } allocation)
        {
            _allocations.Close(allocation);
        }
    }

    /// <summary>Ends what has not been refreshed.</summary>
    public void HandleTimeout(Instant now)
    {
        _allocations.HandleTimeout(now);
        _drain.HandleTimeout(now);
        _tcp?.HandleTimeout(now);
    }

    /// <summary>
    /// Makes no new allocations from now on. Those there are live on and may be refreshed until the deadline; then they end, and
    /// their streams are closed. Called again, it may bring the deadline forward.
    /// </summary>
    public void StartDraining(Instant deadline) => _drain.Begin(deadline);

    private DropReason HandleRequest(
        in StunMessageReader stun, int length, in TransportAddress client, in TransportAddress mapped, Instant now)
    {
        Counters.CountRequest();
        var request = new TurnRequest
        {
            Message = stun,
            Length = length,
            Client = client,
            Mapped = mapped,
            Now = now,
            KeyBuffer = stackalloc byte[LongTermKey.MaxBytes],
        };
        return stun.Method switch
        {
            StunMethod.Binding => HandleBinding(request),
            StunMethod.Allocate or StunMethod.Refresh or StunMethod.CreatePermission or StunMethod.ChannelBind =>
                HandleAuthenticated(ref request),
            StunMethod.Connect or StunMethod.ConnectionBind when _tcp is not null => HandleAuthenticated(ref request),
            _ => DropReason.StunUnexpectedMethod,
        };
    }

    private DropReason HandleBinding(in TurnRequest request)
    {
        Span<ushort> unknown = stackalloc ushort[TurnResponder.UnknownMax];
        int count = request.Message.CollectUnknownRequired(default, unknown);
        return count == 0
            ? _responder.AnswerBinding(request)
            : _responder.RefuseUnsigned(request, TurnRefusal.UnknownAttribute, unknown[..count]);
    }

    private DropReason HandleAuthenticated(ref TurnRequest request)
    {
        request.Allocation = _allocations.Find(request.Client);
        if (request.Message.TryGetAttribute(StunAttributeType.MobilityTicket, out ReadOnlySpan<byte> value)
            && MobilityTicket.TryRead(value, out MobilityTicket ticket))
        {
            request.Ticketed = _allocations.Find(ticket);
        }

        TurnRefusal refusal = _authenticator.Authenticate(ref request);
        if (refusal != TurnRefusal.None)
        {
            return refusal switch
            {
                TurnRefusal.Unauthorized or TurnRefusal.StaleNonce => _responder.Challenge(request, refusal),
                TurnRefusal.WrongCredentials => _responder.Refuse(request, refusal),
                _ => _responder.RefuseUnsigned(request, refusal),
            };
        }

        Span<ushort> unknown = stackalloc ushort[TurnResponder.UnknownMax];
        int count = request.Message.CollectUnknownRequired(KnownAttributes, unknown);
        if (count != 0)
        {
            return _responder.RefuseUnknown(request, unknown[..count]);
        }

        return request.Message.Method switch
        {
            StunMethod.Allocate => _allocate.Handle(request),
            StunMethod.Refresh => _refresh.Handle(request),
            StunMethod.CreatePermission => _permission.Handle(request),
            StunMethod.Connect or StunMethod.ConnectionBind => _tcp!.Handle(request),
            _ => _channelBind.Handle(request),
        };
    }
}

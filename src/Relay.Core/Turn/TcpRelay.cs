using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>TCP allocations' own part of a TURN server (RFC 6062): which connections there are, and how far each one is.</summary>
internal sealed class TcpRelay
{
    private readonly PeerConnectionTable _connections;
    private readonly ConnectRequest _connect;
    private readonly ConnectionBindRequest _bind;
    private readonly IncomingPeers _incoming;

    public TcpRelay(
        AllocationTable allocations,
        PeerConnectionTable connections,
        PeerDirectory peers,
        IPeerConnections sockets,
        TurnResponder responder,
        TransmitQueue transmits,
        TurnCounters counters,
        RandomSource random)
    {
        _connections = connections;
        _incoming = new IncomingPeers(allocations, connections, peers, transmits, random);
        _connect = new ConnectRequest(allocations, connections, peers, _incoming, sockets, responder, transmits, counters);
        _bind = new ConnectionBindRequest(connections, sockets, responder);
    }

    public Instant NextTimeout => _connections.NextTimeout;

    /// <summary>Takes an authenticated Connect or ConnectionBind.</summary>
    public DropReason Handle(in TurnRequest request) =>
        request.Message.Method == StunMethod.Connect ? _connect.Handle(request) : _bind.Handle(request);

    public void HandleOpened(uint id, Instant now)
    {
        // It may have been closed while the news of it was on its way.
        if (_connections.Find(id) is { State: PeerConnectionState.Connecting } connection)
        {
            _connect.HandleOpened(connection, now);
        }
    }

    public void HandleClosed(uint id)
    {
        if (_connections.Find(id) is { } connection)
        {
            _connect.HandleClosed(connection);
        }
    }

    public bool TryAccept(int listener, in TransportAddress peer, Instant now, out uint id) =>
        _incoming.TryAccept(listener, peer, now, out id);

    public void HandleTimeout(Instant now)
    {
        while (_connections.TryTakeDue(now, out PeerConnection? connection))
        {
            if (connection is not null)
            {
                _connect.HandleTimeout(connection);
            }
        }
    }
}

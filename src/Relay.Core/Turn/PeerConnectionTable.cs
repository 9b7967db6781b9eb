using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// All TCP connections to peers: found by CONNECTION-ID, counted for each allocation, ended on time. What an allocation has is
/// little, so it is searched one by one.
/// </summary>
internal sealed class PeerConnectionTable
{
    /// <summary>RFC 6062 section 5.2: to reach the peer, and again for the client to bind.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly TurnOptions _options;
    private readonly IPeerConnections _sockets;
    private readonly TurnCounters _counters;
    private readonly RandomSource _random;
    private readonly Dictionary<uint, PeerConnection> _byId = [];
    private readonly PeerConnection?[] _connections;
    private readonly int[] _free;
    private readonly TimerHeap _timers;
    private readonly PrefixBudget _connects;
    private int _freeCount;

    public PeerConnectionTable(TurnOptions options, IPeerConnections sockets, TurnCounters counters, RandomSource random)
    {
        int max = options.ConnectionsMax;
        _options = options;
        _sockets = sockets;
        _counters = counters;
        _random = random;
        _connections = new PeerConnection?[max];
        _timers = new TimerHeap(max);
        _connects = new PrefixBudget(options.AnswerPrefixes, options.ConnectsPerSecond, options.ConnectsBurst, random);
        _free = new int[max];
        _freeCount = max;
        for (int i = 0; i < max; i++)
        {
            _free[i] = max - 1 - i;
        }
    }

    public Instant NextTimeout => _timers.Next;

    /// <summary>Whether the allocation may have one more: in all, and of those that are not bound.</summary>
    public bool HasRoomFor(TurnAllocation allocation)
    {
        int unbound = 0;
        foreach (PeerConnection connection in allocation.Connections)
        {
            unbound += connection.State == PeerConnectionState.Bound ? 0 : 1;
        }

        return _freeCount > 0 && unbound < _options.UnboundConnectionsMax
            && allocation.Connections.Count < _options.ConnectionsPerAllocationMax;
    }

    /// <summary>
    /// Counts a connection that a client has asked for; false if there are too many of late. What becomes of it tells the client
    /// whether a port is open, so that without a limit this host would scan others for it.
    /// </summary>
    public bool TryCount(in TransportAddress client, Instant now) => _connects.TryTake(client, now);

    /// <summary>Whether the client has asked for a connection to this peer that is still there.</summary>
    public static bool IsConnected(TurnAllocation allocation, in TransportAddress peer)
    {
        foreach (PeerConnection connection in allocation.Connections)
        {
            if (connection.Answer is not null && connection.Peer == peer)
            {
                return true;
            }
        }

        return false;
    }

    public PeerConnection? Find(uint id) => _byId.GetValueOrDefault(id);

    /// <summary>Enters a connection; <see cref="HasRoomFor"/> has said yes. It has <see cref="Timeout"/> for its next state.</summary>
    public PeerConnection Open(
        TurnAllocation allocation, in TransportAddress peer, ConnectAnswer? answer, PeerConnectionState state, Instant now)
    {
        uint id;
        do
        {
            id = ConnectionId.Of(_options.Worker, _random.NextUInt32());
        }
        while (_byId.ContainsKey(id));

        int slot = _free[--_freeCount];
        var connection = new PeerConnection(slot, id, allocation, peer, answer) { State = state };
        _connections[slot] = connection;
        _byId.Add(id, connection);
        allocation.Connections.Add(connection);
        _timers.Set(slot, now + Timeout);
        _counters.CountPeerOpened();
        return connection;
    }

    /// <summary>The peer is reached: the client has <see cref="Timeout"/> to bind.</summary>
    public void SetOpen(PeerConnection connection, Instant now)
    {
        connection.State = PeerConnectionState.Unbound;
        _timers.Set(connection.Slot, now + Timeout);
    }

    public void SetBound(PeerConnection connection)
    {
        connection.State = PeerConnectionState.Bound;
        _timers.Set(connection.Slot, Instant.Never);
    }

    /// <summary>Closes the connection, and forgets it.</summary>
    public void Close(PeerConnection connection)
    {
        Forget(connection);
        _sockets.Close(connection.Id);
    }

    /// <summary>It is closed already.</summary>
    public void Forget(PeerConnection connection)
    {
        bool isThere = _byId.Remove(connection.Id) && connection.Allocation.Connections.Remove(connection);
        Invariant.Holds(isThere, "a peer connection is closed once");
        _connections[connection.Slot] = null;
        _free[_freeCount++] = connection.Slot;
        _timers.Set(connection.Slot, Instant.Never);
        _counters.CountPeerClosed();
    }

    /// <summary>Closes what an allocation has of one family.</summary>
    public void CloseFamily(TurnAllocation allocation, bool isIPv6)
    {
        for (int i = allocation.Connections.Count - 1; i >= 0; i--)
        {
            if (allocation.Connections[i].Peer.IsIPv4 != isIPv6)
            {
                Close(allocation.Connections[i]);
            }
        }
    }

    /// <summary>Takes a connection whose time is over.</summary>
    public bool TryTakeDue(Instant now, out PeerConnection? connection)
    {
        bool isDue = _timers.TryDequeueDue(now, out int slot);
        connection = isDue ? _connections[slot] : null;
        return isDue;
    }
}

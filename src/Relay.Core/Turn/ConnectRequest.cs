using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Connect (RFC 6062 section 5.2): a TCP connection to a peer, or to another TCP allocation here. Answered when it is open, or
/// has failed. The client asks for this peer itself, so no permission is needed; the policy judges as for packets.
/// </summary>
internal sealed class ConnectRequest(
    AllocationTable allocations,
    PeerConnectionTable connections,
    PeerDirectory peers,
    IncomingPeers incoming,
    IPeerConnections sockets,
    TurnResponder responder,
    TransmitQueue transmits,
    TurnCounters counters)
{
    public DropReason Handle(in TurnRequest request)
    {
        if (request.Allocation is not { IsTcp: true } allocation)
        {
            return responder.Refuse(request, TurnRefusal.AllocationMismatch);
        }

        if (!request.Message.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer))
        {
            return responder.Refuse(request, TurnRefusal.BadRequest);
        }

        PeerVerdict verdict = peers.Judge(peer);
        TurnRefusal refusal = !allocation.HasFamilyOf(peer) ? TurnRefusal.PeerAddressFamilyMismatch
            : verdict is not (PeerVerdict.Public or PeerVerdict.Relayed) ? TurnRefusal.Forbidden
            : PeerConnectionTable.IsConnected(allocation, peer) ? TurnRefusal.ConnectionAlreadyExists
            : !connections.HasRoomFor(allocation) ? TurnRefusal.InsufficientCapacity
            : !connections.TryCount(request.Mapped, request.Now) ? TurnRefusal.ConnectRate
            : verdict == PeerVerdict.Relayed ? ConnectHere(request, allocation, peer)
            : Connect(request, allocation, peer);
        return refusal == TurnRefusal.None ? DropReason.None : responder.Refuse(request, refusal);
    }

    /// <summary>The peer is reached, or the other allocation: tells the client, who may bind now.</summary>
    public DropReason HandleOpened(PeerConnection connection, Instant now)
    {
        connections.SetOpen(connection, now);
        return connection.Answer is { } answer ? answer.Succeed(transmits, connection.Id)
            : incoming.Announce(connection) ? DropReason.None
            : DropReason.TransmitQueueFull;
    }

    /// <summary>The connection is over; a client that still waits for it is told.</summary>
    public void HandleClosed(PeerConnection connection)
    {
        connections.Forget(connection);
        Fail(connection);
    }

    /// <summary>The peer was not reached in time, or the client did not bind.</summary>
    public void HandleTimeout(PeerConnection connection)
    {
        connections.Close(connection);
        Fail(connection);
    }

    private void Fail(PeerConnection connection)
    {
        if (connection is { State: PeerConnectionState.Connecting, Answer: { } answer })
        {
            counters.CountRefused(TurnRefusal.ConnectionFailed);
            _ = answer.Refuse(transmits, TurnRefusal.ConnectionFailed);
        }
    }

    private TurnRefusal Connect(in TurnRequest request, TurnAllocation allocation, in TransportAddress peer)
    {
        PeerConnection connection = connections.Open(
            allocation, peer, new ConnectAnswer(request), PeerConnectionState.Connecting, request.Now);
        sockets.Connect(connection.Id, allocation.Relayed(!peer.IsIPv4).Listener, peer);
        return TurnRefusal.None;
    }

    // Never by its address: a port of the range that no TCP allocation has may be any program's.
    private TurnRefusal ConnectHere(in TurnRequest request, TurnAllocation from, in TransportAddress relayed)
    {
        RelayedAddress own = from.Relayed(!relayed.IsIPv4);
        if (!allocations.Ports.TryGetOwner(relayed, out int owner) || allocations.Owner(owner) is not { IsTcp: true } to
            || ReferenceEquals(from, to) || !to.Permissions.Allows(own.Address, request.Now) || !connections.HasRoomFor(to))
        {
            return TurnRefusal.ConnectionFailed;
        }

        PeerConnection outgoing = connections.Open(
            from, relayed, new ConnectAnswer(request), PeerConnectionState.Connecting, request.Now);
        if (!connections.HasRoomFor(to))
        {
            connections.Forget(outgoing);
            return TurnRefusal.InsufficientCapacity;
        }

        PeerConnection far = connections.Open(to, own.Address, null, PeerConnectionState.Connecting, request.Now);
        sockets.ConnectPair(outgoing.Id, own.Listener, far.Id, to.Relayed(!relayed.IsIPv4).Listener);
        return TurnRefusal.None;
    }
}

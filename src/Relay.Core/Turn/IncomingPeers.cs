using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>Peers that connect to a relayed address (RFC 6062 section 5.3): the client hears of those it has permitted.</summary>
internal sealed class IncomingPeers(
    AllocationTable allocations, PeerConnectionTable connections, PeerDirectory peers, TransmitQueue transmits, RandomSource random)
{
    /// <summary>Takes a connection that a listener has accepted; false if it is to be closed.</summary>
    public bool TryAccept(int listener, in TransportAddress peer, Instant now, out uint id)
    {
        id = 0;
        if (!allocations.Ports.TryGetListening(listener, out int owner)
            || allocations.Owner(owner) is not { } allocation
            || !allocation.Permissions.Allows(peer, now)
            || peers.Judge(peer) != PeerVerdict.Public
            || !connections.HasRoomFor(allocation))
        {
            return false;
        }

        PeerConnection connection = connections.Open(allocation, peer, null, PeerConnectionState.Unbound, now);
        id = connection.Id;
        return Announce(connection) || Undo(connection);
    }

    /// <summary>Tells the client by a ConnectionAttempt indication; false if there is no room for it.</summary>
    public bool Announce(PeerConnection connection)
    {
        if (!transmits.TryRent(out PacketHandle packet))
        {
            return false;
        }

        Span<byte> transaction = stackalloc byte[StunMessageReader.TransactionIdBytes];
        random.Fill(transaction);
        var writer = new StunMessageWriter(transmits.Buffer(packet));
        bool isWritten = writer.WriteHeader(StunClass.Indication, StunMethod.ConnectionAttempt, transaction)
            && writer.AddUInt32(StunAttributeType.ConnectionId, connection.Id)
            && writer.AddXorAddress(StunAttributeType.XorPeerAddress, connection.Peer);
        Invariant.Holds(isWritten, "a ConnectionAttempt fits into a slot");
        transmits.Enqueue(packet, writer.Length, connection.Allocation.Client);
        return true;
    }

    private bool Undo(PeerConnection connection)
    {
        connections.Forget(connection);
        return false;
    }
}

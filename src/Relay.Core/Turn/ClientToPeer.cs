using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Packets from clients on their way to peers: ChannelData and Send indications (RFC 8656 sections 11.2 and 12.6). What goes
/// to the relay's own media stays where it is, in the received message; anything else is copied once.
/// </summary>
internal sealed class ClientToPeer
{
    private static readonly ushort[] SendAttributes =
        [StunAttributeType.XorPeerAddress, StunAttributeType.Data, StunAttributeType.DontFragment];

    private readonly AllocationTable _allocations;
    private readonly PeerDirectory _peers;
    private readonly PeerToClient _clients;
    private readonly RelayBudget _budget;
    private readonly TransmitQueue _transmits;
    private readonly TurnCounters _counters;

    public ClientToPeer(
        AllocationTable allocations,
        PeerDirectory peers,
        PeerToClient clients,
        RelayBudget budget,
        TransmitQueue transmits,
        TurnCounters counters)
    {
        _allocations = allocations;
        _peers = peers;
        _clients = clients;
        _budget = budget;
        _transmits = transmits;
        _counters = counters;
    }

    /// <summary>ChannelData: the channel says which peer.</summary>
    public DropReason HandleChannelData(ReadOnlySpan<byte> message, in TransportAddress client, Instant now, out TurnHop hop)
    {
        hop = default;
        DropReason reason = ChannelData.TryParse(message, out ChannelData data);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (_allocations.Find(client) is not { } allocation)
        {
            return DropReason.TurnNoAllocation;
        }

        if (!allocation.Channels.TryFind(data.Channel, out Channel channel) || channel.ExpiresAt <= now)
        {
            return DropReason.TurnNoChannel;
        }

        hop.Offset = ChannelData.HeaderBytes;
        hop.Length = data.Data.Length;
        return Relay(allocation, channel.Peer, channel.Verdict, message, dontFragment: false, ref hop, now);
    }

    /// <summary>
    /// A Send indication names the peer itself. DONT-FRAGMENT is for a relay port: in this process nothing is fragmented.
    /// </summary>
    public DropReason HandleSend(
        ReadOnlySpan<byte> message, in StunMessageReader send, in TransportAddress client, Instant now, out TurnHop hop)
    {
        hop = default;
        if (_allocations.Find(client) is not { } allocation)
        {
            return DropReason.TurnNoAllocation;
        }

        Span<ushort> unknown = stackalloc ushort[1];
        if (send.CollectUnknownRequired(SendAttributes, unknown) != 0)
        {
            return DropReason.StunUnknownAttribute;
        }

        if (!send.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer)
            || !send.TryGetAttribute(StunAttributeType.Data, out ReadOnlySpan<byte> data))
        {
            return DropReason.StunMissingAttribute;
        }

        // No data is a packet without bytes; it lies nowhere.
        hop.Offset = message.Overlaps(data, out int offset) ? offset : 0;
        hop.Length = data.Length;
        bool dontFragment = send.TryGetAttribute(StunAttributeType.DontFragment, out _);
        return Relay(allocation, peer, _peers.Judge(peer), message, dontFragment, ref hop, now);
    }

    private DropReason Relay(
        TurnAllocation from,
        in TransportAddress peer,
        PeerVerdict verdict,
        ReadOnlySpan<byte> message,
        bool dontFragment,
        ref TurnHop hop,
        Instant now)
    {
        ReadOnlySpan<byte> payload = message.Slice(hop.Offset, hop.Length);
        DropReason reason = from.IsTcp ? DropReason.TurnPeerUnreachable
            : !from.Permissions.Allows(peer, now) ? DropReason.TurnNoPermission
            : !_budget.TryTake(from, payload.Length, now) ? DropReason.TurnOverRate
            : verdict switch
            {
                PeerVerdict.OwnMedia => HopToMedia(from, peer, ref hop),
                PeerVerdict.Relayed => RelayToAllocation(from, peer, payload, now),
                PeerVerdict.Public => SendToWorld(from, peer, payload, dontFragment),
                _ => DropReason.TurnPeerDenied,
            };
        if (reason != DropReason.None || verdict != PeerVerdict.OwnMedia)
        {
            hop = default;
        }

        if (reason == DropReason.None)
        {
            _counters.CountFromClient(payload.Length);
        }

        return reason;
    }

    private DropReason HopToMedia(TurnAllocation from, in TransportAddress media, ref TurnHop hop)
    {
        hop.Remote = VirtualAddress.Of(VirtualAddressKind.TurnPeer, from.Slot, from.Generation, _peers.MediaIndex(media));
        hop.Mapped = from.Relayed(!media.IsIPv4).Address;
        return DropReason.None;
    }

    private DropReason RelayToAllocation(
        TurnAllocation from, in TransportAddress relayed, ReadOnlySpan<byte> payload, Instant now) =>
        _allocations.Ports.TryGetOwner(relayed, from.Relayed(!relayed.IsIPv4).Address, out int owner)
            ? _clients.Relay(_allocations.Owner(owner), from.Relayed(!relayed.IsIPv4).Address, payload, now)
            : DropReason.TurnPeerUnreachable;

    private DropReason SendToWorld(
        TurnAllocation from, in TransportAddress peer, ReadOnlySpan<byte> payload, bool dontFragment)
    {
        ref readonly RelayedAddress relayed = ref from.Relayed(!peer.IsIPv4);
        if (relayed.Via == 0)
        {
            return DropReason.TurnPeerUnreachable;
        }

        // A shared port would lend this client another one's address: nothing goes to a peer that is not this allocation's.
        if (relayed.Share is not null
            && (!_allocations.Ports.TryGetOwner(relayed.Via, peer, out int owner) || owner != from.Slot))
        {
            return DropReason.TurnNoPermission;
        }

        if (payload.Length > PacketPool.DatagramMaxBytes)
        {
            return DropReason.PacketTooLarge;
        }

        if (!_transmits.TryRent(out PacketHandle packet))
        {
            return DropReason.TransmitQueueFull;
        }

        payload.CopyTo(_transmits.Buffer(packet));
        _transmits.Enqueue(packet, payload.Length, peer, relayed.Via, dontFragment);
        return DropReason.None;
    }
}

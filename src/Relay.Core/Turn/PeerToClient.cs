using System.Buffers.Binary;
using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Packets from peers on their way to clients, as ChannelData if the peer has a channel, else as Data indications
/// (RFC 8656 sections 11.3 and 12.7).
/// </summary>
internal sealed class PeerToClient
{
    // STUN's header, XOR-PEER-ADDRESS and DATA's header.
    private const int IndicationIPv4Bytes = 20 + 12 + 4;
    private const int IndicationIPv6Bytes = 20 + 24 + 4;

    /// <summary>Bytes of ICMP (RFC 8656 section 18.13): reserved, type, code, error data.</summary>
    private const int IcmpBytes = 8;

    private readonly PacketPool _pool;
    private readonly AllocationTable _allocations;
    private readonly PeerDirectory _peers;
    private readonly RelayBudget _budget;
    private readonly TransmitQueue _transmits;
    private readonly TurnCounters _counters;
    private readonly uint _transactionPrefix;
    private readonly SipHash _transactions;
    private ulong _transactionCount;

    public PeerToClient(
        PacketPool pool,
        AllocationTable allocations,
        PeerDirectory peers,
        RelayBudget budget,
        TransmitQueue transmits,
        TurnCounters counters,
        RandomSource random)
    {
        _pool = pool;
        _allocations = allocations;
        _peers = peers;
        _budget = budget;
        _transmits = transmits;
        _counters = counters;
        _transactionPrefix = random.NextUInt32();
        _transactions = new SipHash(random);
    }

    /// <summary>From the relay's own media: the header goes in front of the packet, in its slot.</summary>
    public bool TryWrap(ref Transmit transmit, Instant now)
    {
        if (_allocations.Find(VirtualAddress.SlotOf(transmit.Remote), VirtualAddress.GenerationOf(transmit.Remote)) is not { } to
            || !_peers.TryGetMedia(transmit.Remote.Port, out TransportAddress media)
            || Admit(to, media, transmit.Length, now) != DropReason.None)
        {
            return false;
        }

        int payloadBytes = transmit.Length;
        if (!TryFrame(to, media, _pool.Slot(transmit.Packet), ref transmit.Offset, ref transmit.Length))
        {
            return false;
        }

        transmit.Remote = to.Client;
        _counters.CountToClient(payloadBytes);
        return true;
    }

    /// <summary>From another allocation or a relay port: copied into a slot, behind its header.</summary>
    public DropReason Relay(TurnAllocation to, in TransportAddress peer, ReadOnlySpan<byte> payload, Instant now)
    {
        DropReason reason = Admit(to, peer, payload.Length, now);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (payload.Length > PacketPool.DatagramMaxBytes)
        {
            return DropReason.PacketTooLarge;
        }

        if (!_transmits.TryRent(out PacketHandle packet))
        {
            return DropReason.TransmitQueueFull;
        }

        Span<byte> slot = _pool.Slot(packet);
        int start = PacketPool.HeadroomBytes + HeaderBytes(to, peer);
        int offset = start;
        int length = payload.Length;
        bool isFramed = payload.TryCopyTo(slot[start..]) && TryFrame(to, peer, slot, ref offset, ref length);
        if (!isFramed)
        {
            _transmits.Abandon(packet);
            return DropReason.PacketTooLarge;
        }

        Invariant.Holds(offset == PacketPool.HeadroomBytes, "the header's length was foreseen");
        _transmits.Enqueue(packet, length, to.Client);
        _counters.CountToClient(payload.Length);
        return DropReason.None;
    }

    /// <summary>
    /// An ICMP error that a relay port got for a peer's address: a Data indication with ICMP instead of DATA (RFC 8656
    /// sections 11.5 and 18.13).
    /// </summary>
    public DropReason RelayIcmp(TurnAllocation to, in TransportAddress peer, byte type, byte code, uint errorData, Instant now)
    {
        DropReason reason = Admit(to, peer, IcmpBytes + (peer.IsIPv4 ? IndicationIPv4Bytes : IndicationIPv6Bytes), now);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (!_transmits.TryRent(out PacketHandle packet))
        {
            return DropReason.TransmitQueueFull;
        }

        Span<byte> icmp = stackalloc byte[IcmpBytes];
        icmp.Clear();
        icmp[2] = type;
        icmp[3] = code;
        BinaryPrimitives.WriteUInt32BigEndian(icmp[4..], errorData);
        var writer = new StunMessageWriter(_transmits.Buffer(packet));
        bool isWritten = TryBeginIndication(peer, ref writer) && writer.AddAttribute(StunAttributeType.Icmp, icmp);
        Invariant.Holds(isWritten, "an ICMP indication fits into a slot");
        _transmits.Enqueue(packet, writer.Length, to.Client);
        return DropReason.None;
    }

    private static int HeaderBytes(TurnAllocation to, in TransportAddress peer) =>
        to.Channels.TryFind(peer, out _) ? ChannelData.HeaderBytes
        : peer.IsIPv4 ? IndicationIPv4Bytes
        : IndicationIPv6Bytes;

    private DropReason Admit(TurnAllocation to, in TransportAddress peer, int bytes, Instant now) =>
        to.IsTcp ? DropReason.TurnPeerUnreachable
        : !to.Permissions.Allows(peer, now) ? DropReason.TurnNoPermission
        : !_budget.TryTake(to, bytes, now) ? DropReason.TurnOverRate
        : DropReason.None;

    // Writes the header in front of the payload, and padding behind it; false if the slot has no room for that.
    private bool TryFrame(TurnAllocation to, in TransportAddress peer, Span<byte> slot, ref int offset, ref int length)
    {
        if (!to.Channels.TryFind(peer, out Channel channel))
        {
            return TryFrameIndication(peer, slot, ref offset, ref length);
        }

        int start = offset - ChannelData.HeaderBytes;
        int end = offset + length;
        int paddedEnd = VirtualAddress.KindOf(to.Client) == VirtualAddressKind.Stream ? offset + ((length + 3) & ~3) : end;
        if (start < 0 || paddedEnd > slot.Length)
        {
            return false;
        }

        ChannelData.WriteHeader(slot[start..], channel.Number, length);
        slot[end..paddedEnd].Clear();
        offset = start;
        length = paddedEnd - start;
        return true;
    }

    private bool TryFrameIndication(in TransportAddress peer, Span<byte> slot, ref int offset, ref int length)
    {
        int start = offset - (peer.IsIPv4 ? IndicationIPv4Bytes : IndicationIPv6Bytes);
        if (start < 0)
        {
            return false;
        }

        var writer = new StunMessageWriter(slot[start..]);
        if (!TryBeginIndication(peer, ref writer) || !writer.ReserveAttribute(StunAttributeType.Data, length, out _))
        {
            return false;
        }

        offset = start;
        length = writer.Length;
        return true;
    }

    // Nothing answers an indication, so its transaction id needs to be no secret; drawing each would cost a system call.
    private bool TryBeginIndication(in TransportAddress peer, scoped ref StunMessageWriter writer)
    {
        Span<byte> id = stackalloc byte[StunMessageReader.TransactionIdBytes];
        BinaryPrimitives.WriteUInt32BigEndian(id, _transactionPrefix);
        BinaryPrimitives.WriteUInt64BigEndian(id[sizeof(uint)..], _transactions.Hash(_transactionCount++));
        return writer.WriteHeader(StunClass.Indication, StunMethod.Data, id)
            && writer.AddXorAddress(StunAttributeType.XorPeerAddress, peer);
    }
}

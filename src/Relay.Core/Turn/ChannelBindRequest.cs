using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>ChannelBind (RFC 8656 section 12.2).</summary>
internal sealed class ChannelBindRequest
{
    private readonly ushort _lastChannel;
    private readonly AllocationTable _allocations;
    private readonly PeerDirectory _peers;
    private readonly TurnResponder _responder;

    public ChannelBindRequest(TurnOptions options, AllocationTable allocations, PeerDirectory peers, TurnResponder responder)
    {
        _lastChannel = options.AllowWideChannels ? ChannelData.LastOldChannel : ChannelData.LastChannel;
        _allocations = allocations;
        _peers = peers;
        _responder = responder;
    }

    public DropReason Handle(in TurnRequest request)
    {
        if (request.Allocation is not { } allocation)
        {
            return _responder.Refuse(request, TurnRefusal.AllocationMismatch);
        }

        // A TCP allocation has connections, not packets that a channel could carry.
        TurnRefusal refusal = allocation.IsTcp ? TurnRefusal.Forbidden : TryBind(request, allocation);
        if (refusal != TurnRefusal.None)
        {
            return _responder.Refuse(request, refusal);
        }

        _allocations.SetTimer(allocation);
        return _responder.Succeed(request);
    }

    private TurnRefusal TryBind(in TurnRequest request, TurnAllocation allocation)
    {
        if (!request.Message.TryGetAttribute(StunAttributeType.ChannelNumber, out ReadOnlySpan<byte> value)
            || value.Length != sizeof(uint)
            || !request.Message.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer))
        {
            return TurnRefusal.BadRequest;
        }

        ushort number = BinaryPrimitives.ReadUInt16BigEndian(value);
        if (number < ChannelData.FirstChannel || number > _lastChannel || !allocation.Channels.MayBind(number, peer))
        {
            return TurnRefusal.BadRequest;
        }

        if (!allocation.HasFamilyOf(peer))
        {
            return TurnRefusal.PeerAddressFamilyMismatch;
        }

        PeerVerdict verdict = _peers.Judge(peer);
        if (verdict == PeerVerdict.Denied)
        {
            return TurnRefusal.Forbidden;
        }

        bool isOwnMedia = verdict == PeerVerdict.OwnMedia;
        if (!isOwnMedia && !allocation.Permissions.MayClaim(peer))
        {
            return TurnRefusal.PeerInUse;
        }

        bool hasRoom = (allocation.Channels.TryFind(number, out _) || allocation.Channels.HasRoom)
            && allocation.Permissions.TryRefresh(peer, request.Now, isOwnMedia);
        return hasRoom && allocation.Channels.TryBind(number, peer, verdict, request.Now)
            ? TurnRefusal.None
            : TurnRefusal.InsufficientCapacity;
    }
}

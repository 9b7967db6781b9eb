using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>CreatePermission (RFC 8656 section 10.2): for all of the addresses that it lists, or for none.</summary>
internal sealed class PermissionRequest
{
    private readonly AllocationTable _allocations;
    private readonly PeerDirectory _peers;
    private readonly TurnResponder _responder;

    public PermissionRequest(AllocationTable allocations, PeerDirectory peers, TurnResponder responder)
    {
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

        TurnRefusal refusal = Check(request.Message, allocation);
        if (refusal != TurnRefusal.None)
        {
            return _responder.Refuse(request, refusal);
        }

        int position = 0;
        while (TryReadNext(request.Message, ref position, out _, out TransportAddress peer))
        {
            bool isInstalled = allocation.Permissions.TryRefresh(peer, request.Now, _peers.IsOwnMedia(peer));
            Invariant.Holds(isInstalled, "there is room for all permissions or none is installed");
        }

        _allocations.SetTimer(allocation);
        return _responder.Succeed(request);
    }

    private static bool TryReadNext(
        in StunMessageReader message, scoped ref int position, out bool isValid, out TransportAddress peer)
    {
        peer = default;
        isValid = message.TryGetNextAttribute(StunAttributeType.XorPeerAddress, ref position, out ReadOnlySpan<byte> value);
        if (!isValid)
        {
            return false;
        }

        isValid = StunXorAddress.TryRead(value, message.TransactionId, out peer);
        return true;
    }

    // Whether one of the first peers of a message is permitted together with this one. A message has few attributes.
    private static bool IsListedBefore(
        in StunMessageReader message, int first, in TransportAddress peer, PermissionTable permissions)
    {
        int position = 0;
        for (int i = 0; i < first && TryReadNext(message, ref position, out _, out TransportAddress other); i++)
        {
            if (permissions.CountsAsOne(peer, other))
            {
                return true;
            }
        }

        return false;
    }

    private TurnRefusal Check(in StunMessageReader message, TurnAllocation allocation)
    {
        int count = 0;
        int added = 0;
        int position = 0;
        while (TryReadNext(message, ref position, out bool isValid, out TransportAddress peer))
        {
            TurnRefusal refusal = !isValid ? TurnRefusal.BadRequest
                : !allocation.HasFamilyOf(peer) ? TurnRefusal.PeerAddressFamilyMismatch
                : !_peers.MayPermit(peer) ? TurnRefusal.Forbidden
                : !allocation.Permissions.MayClaim(peer) && !_peers.IsOwnMedia(peer) ? TurnRefusal.PeerInUse
                : TurnRefusal.None;
            if (refusal != TurnRefusal.None)
            {
                return refusal;
            }

            count++;
            bool isCounted = allocation.Permissions.Contains(peer)
                || IsListedBefore(message, count - 1, peer, allocation.Permissions);
            added += isCounted ? 0 : 1;
        }

        return count == 0 ? TurnRefusal.BadRequest
            : allocation.Permissions.HasRoomFor(added) ? TurnRefusal.None
            : TurnRefusal.InsufficientCapacity;
    }
}

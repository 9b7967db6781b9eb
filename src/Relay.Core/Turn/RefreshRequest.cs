using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>
/// Refresh (RFC 8656 section 8.2), which also moves an allocation to another client address (RFC 8016 section 3.2).
/// </summary>
internal sealed class RefreshRequest
{
    private const int FamilyBytes = 4;

    private readonly TurnOptions _options;
    private readonly AllocationTable _allocations;
    private readonly TurnDrain _drain;
    private readonly TurnResponder _responder;
    private readonly RandomSource _random;

    public RefreshRequest(
        TurnOptions options, AllocationTable allocations, TurnDrain drain, TurnResponder responder, RandomSource random)
    {
        _options = options;
        _allocations = allocations;
        _drain = drain;
        _responder = responder;
        _random = random;
    }

    public DropReason Handle(in TurnRequest request)
    {
        bool hasTicket = request.Message.TryGetAttribute(StunAttributeType.MobilityTicket, out ReadOnlySpan<byte> ticketValue);
        if (hasTicket && !_options.AllowMobility)
        {
            return _responder.Refuse(request, TurnRefusal.MobilityForbidden);
        }

        if ((hasTicket ? request.Ticketed : request.Allocation) is not { } allocation
            || (request.Allocation is not null && !ReferenceEquals(request.Allocation, allocation)))
        {
            return _responder.Refuse(request, TurnRefusal.AllocationMismatch);
        }

        TurnRefusal refusal = TryReadFamily(request.Message, allocation, out StunAddressFamily family);
        bool isMoving = refusal == TurnRefusal.None && request.Allocation is null;
        if (isMoving && !_allocations.MayMove(allocation, request.Mapped))
        {
            refusal = TurnRefusal.SourceQuota;
        }

        if (refusal != TurnRefusal.None)
        {
            return _responder.Refuse(request, refusal);
        }

        if (hasTicket)
        {
            Reissue(allocation, ticketValue, isMoving);
        }

        if (isMoving)
        {
            _allocations.Move(allocation, request.Client, request.Mapped);
        }

        return Succeed(request, allocation, _drain.Limit(SetLifetime(request, allocation, family), request.Now));
    }

    /// <summary>REQUESTED-ADDRESS-FAMILY; none, as usual, speaks of all that there is.</summary>
    private static TurnRefusal TryReadFamily(
        in StunMessageReader message, TurnAllocation allocation, out StunAddressFamily family)
    {
        family = StunAddressFamily.None;
        if (!message.TryGetAttribute(StunAttributeType.RequestedAddressFamily, out ReadOnlySpan<byte> value))
        {
            return TurnRefusal.None;
        }

        if (value.Length != FamilyBytes)
        {
            return TurnRefusal.BadRequest;
        }

        family = (StunAddressFamily)value[0];
        bool isThere = (family == StunAddressFamily.IPv4 && !allocation.IPv4.IsNone)
            || (family == StunAddressFamily.IPv6 && !allocation.IPv6.IsNone);
        return isThere ? TurnRefusal.None : TurnRefusal.PeerAddressFamilyMismatch;
    }

    // The present ticket, once shown, is replaced. The one before is shown by who has not heard of that: who shows it again
    // from where the allocation is already gets the same answer again.
    private void Reissue(TurnAllocation allocation, ReadOnlySpan<byte> shown, bool isMoving)
    {
        bool isPresent = MobilityTicket.TryRead(shown, out MobilityTicket ticket) && allocation.Ticket.Matches(ticket);
        if (isPresent)
        {
            allocation.PreviousTicket = allocation.Ticket;
        }

        if (isPresent || isMoving)
        {
            allocation.Ticket = MobilityTicket.Draw(allocation.Slot, _random);
        }
    }

    private TimeSpan SetLifetime(in TurnRequest request, TurnAllocation allocation, StunAddressFamily family)
    {
        bool hasLifetime = request.Message.TryGetUInt32(StunAttributeType.Lifetime, out uint seconds);
        TimeSpan lifetime = hasLifetime && seconds == 0 ? TimeSpan.Zero : TurnLifetime.Clamp(seconds, _options);
        for (int i = 0; i < 2; i++)
        {
            bool isIPv6 = i == 1;
            if (family != StunAddressFamily.None && (family == StunAddressFamily.IPv6) != isIPv6)
            {
                continue;
            }

            if (lifetime == TimeSpan.Zero)
            {
                _allocations.CloseFamily(allocation, isIPv6);
            }
            else
            {
                allocation.Relayed(isIPv6).ExpiresAt = request.Now + lifetime;
            }
        }

        if (!allocation.IsEmpty)
        {
            _allocations.SetTimer(allocation);
        }

        return lifetime;
    }

    private DropReason Succeed(in TurnRequest request, TurnAllocation allocation, TimeSpan lifetime)
    {
        if (!_responder.TryBegin(request, StunClass.SuccessResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return DropReason.TransmitQueueFull;
        }

        TurnLifetime.Add(ref writer, lifetime);
        if (!allocation.IsEmpty)
        {
            allocation.Ticket.AddTo(ref writer);
        }

        return _responder.Send(request, packet, ref writer);
    }
}

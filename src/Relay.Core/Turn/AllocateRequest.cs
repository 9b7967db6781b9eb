using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;

namespace Relay.Core.Turn;

/// <summary>Allocate (RFC 8656 section 7.2).</summary>
internal sealed class AllocateRequest
{
    private readonly TurnOptions _options;
    private readonly AllocationTable _allocations;
    private readonly RelayedPorts _ports;
    private readonly TurnDrain _drain;
    private readonly TurnResponder _responder;
    private readonly RandomSource _random;

    public AllocateRequest(
        TurnOptions options, AllocationTable allocations, TurnDrain drain, TurnResponder responder, RandomSource random)
    {
        _options = options;
        _allocations = allocations;
        _ports = allocations.Ports;
        _drain = drain;
        _responder = responder;
        _random = random;
    }

    public DropReason Handle(in TurnRequest request)
    {
        if (request.Allocation is { } existing)
        {
            // Sent again because the answer was late or lost: the same answer.
            return existing.IsMadeBy(request.Message)
                ? Succeed(request, existing)
                : _responder.Refuse(request, TurnRefusal.AllocationMismatch);
        }

        if (_drain.HasBegun)
        {
            return (request.Mapped.IsIPv4 ? _options.AlternateIPv4 : _options.AlternateIPv6) is { } alternate
                ? _responder.Redirect(request, alternate)
                : _responder.Refuse(request, TurnRefusal.Draining);
        }

        TurnRefusal refusal = AllocateWish.TryRead(request.Message, out AllocateWish wish);
        if (!wish.NamesFamily && !_ports.Supports(isIPv6: false))
        {
            wish.TakeAnyFamily();
        }

        refusal = refusal != TurnRefusal.None ? refusal
            : wish.IsTcp && !_ports.SupportsTcp ? TurnRefusal.UnsupportedTransport
            : wish.IsTcp && !request.IsStream ? TurnRefusal.BadRequest
            : wish.Mobility && (wish.IsTcp || !_options.AllowMobility) ? TurnRefusal.MobilityForbidden
            : _allocations.CheckQuota(request, wish);
        if (refusal == TurnRefusal.None)
        {
            refusal = TryOpen(request, wish, out TurnAllocation? allocation);
            if (allocation is not null)
            {
                return Succeed(request, allocation);
            }
        }

        return _responder.Refuse(request, refusal);
    }

    private TurnRefusal TryOpen(in TurnRequest request, in AllocateWish wish, out TurnAllocation? allocation)
    {
        allocation = null;
        ulong token = 0;
        int slot = _allocations.NextSlot;
        RelayedAddress ipv4 = default;
        RelayedAddress ipv6 = default;
        TurnRefusal refusal4 = TurnRefusal.None;
        TurnRefusal refusal6 = TurnRefusal.None;
        if (wish.Token != 0)
        {
            refusal4 = TryRedeem(wish, slot, ref ipv4, ref ipv6);
        }
        else if (wish.ReserveNext)
        {
            refusal4 = TryTakePair(request, wish, slot, ref wish.IPv6 ? ref ipv6 : ref ipv4, out token);
        }
        else
        {
            refusal4 = wish.IPv4 ? TryTake(isIPv6: false, wish, request.Account, slot, ref ipv4) : TurnRefusal.None;
            refusal6 = wish.IPv6 ? TryTake(isIPv6: true, wish, request.Account, slot, ref ipv6) : TurnRefusal.None;
        }

        if (ipv4.IsNone && ipv6.IsNone)
        {
            return refusal4 != TurnRefusal.None ? refusal4 : refusal6;
        }

        allocation = _allocations.Open(request);
        allocation.FirstLifetime = TurnLifetime.Clamp(wish.LifetimeSeconds, _options);
        ipv4.ExpiresAt = request.Now + allocation.FirstLifetime;
        ipv6.ExpiresAt = ipv4.ExpiresAt;
        _allocations.Give(allocation, ipv4, ipv6);
        allocation.IsTcp = wish.IsTcp;
        allocation.ReservationToken = token;
        allocation.Ticket = wish.Mobility ? MobilityTicket.Draw(slot, _random) : default;
        if (wish.IsDual)
        {
            allocation.AddressErrorCode = TurnRefusals.CodeOf(refusal4 != TurnRefusal.None ? refusal4 : refusal6);
            allocation.AddressErrorFamily = refusal4 != TurnRefusal.None ? StunAddressFamily.IPv4 : StunAddressFamily.IPv6;
        }

        _allocations.SetTimer(allocation);
        return TurnRefusal.None;
    }

    // Own ports first: on a shared one a peer that somebody else has is refused, and no client foresees that.
    private TurnRefusal TryTake(bool isIPv6, in AllocateWish wish, UInt128 account, int slot, ref RelayedAddress relayed) =>
        !_ports.Supports(isIPv6) ? TurnRefusal.AddressFamilyNotSupported
        : (wish.IsTcp
            ? _ports.TryTakeListening(isIPv6, slot, out relayed)
            : _ports.TryTake(isIPv6, wish.EvenPort, slot, out relayed)) ? TurnRefusal.None
        : wish.MayShare && _ports.TryShare(isIPv6, account, slot, out relayed) ? TurnRefusal.None
        : TurnRefusal.InsufficientCapacity;

    private TurnRefusal TryTakePair(
        in TurnRequest request, in AllocateWish wish, int slot, ref RelayedAddress relayed, out ulong token)
    {
        token = 0;
        if (!_ports.Supports(wish.IPv6))
        {
            return TurnRefusal.AddressFamilyNotSupported;
        }

        if (!_ports.TryTakePair(wish.IPv6, slot, out RelayedAddress even, out RelayedAddress odd))
        {
            return TurnRefusal.InsufficientCapacity;
        }

        if (!_allocations.TryReserve(odd, request, out token))
        {
            _ports.Release(even);
            _ports.Release(odd);
            return TurnRefusal.InsufficientCapacity;
        }

        relayed = even;
        return TurnRefusal.None;
    }

    // The reserved port's family counts: beside the token none is foreseen (RFC 8656 section 7.1), but coturn's client names it.
    private TurnRefusal TryRedeem(in AllocateWish wish, int slot, ref RelayedAddress ipv4, ref RelayedAddress ipv6)
    {
        if (!_allocations.TryFindReservation(wish.Token, out bool isIPv6))
        {
            return TurnRefusal.InsufficientCapacity;
        }

        if (wish.NamesFamily && isIPv6 != wish.IPv6)
        {
            return TurnRefusal.BadRequest;
        }

        (isIPv6 ? ref ipv6 : ref ipv4) = _allocations.Redeem(wish.Token, slot);
        return TurnRefusal.None;
    }

    private DropReason Succeed(in TurnRequest request, TurnAllocation allocation)
    {
        if (!_responder.TryBegin(request, StunClass.SuccessResponse, out PacketHandle packet, out StunMessageWriter writer))
        {
            return DropReason.TransmitQueueFull;
        }

        if (!allocation.IPv4.IsNone)
        {
            writer.AddXorAddress(StunAttributeType.XorRelayedAddress, allocation.IPv4.Address);
        }

        if (!allocation.IPv6.IsNone)
        {
            writer.AddXorAddress(StunAttributeType.XorRelayedAddress, allocation.IPv6.Address);
        }

        writer.AddXorMappedAddress(request.Mapped);
        TurnLifetime.Add(ref writer, allocation.FirstLifetime);
        if (allocation.ReservationToken != 0)
        {
            writer.AddUInt64(StunAttributeType.ReservationToken, allocation.ReservationToken);
        }

        if (allocation.AddressErrorCode != 0)
        {
            writer.AddAddressErrorCode(allocation.AddressErrorFamily, allocation.AddressErrorCode);
        }

        allocation.Ticket.AddTo(ref writer);
        return _responder.Send(request, packet, ref writer);
    }
}

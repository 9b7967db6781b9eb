using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// All allocations: found by the client's flow or by slot, counted for each user and source, ended on time. It also keeps the
/// reserved ports, so that one heap has all timers.
/// </summary>
internal sealed class AllocationTable
{
    private readonly TurnOptions _options;
    private readonly TurnCounters _counters;
    private readonly FlowTable _flows;
    private readonly TimerHeap _timers;
    private readonly TurnAllocation?[] _allocations;
    private readonly uint[] _generations;
    private readonly int[] _free;
    private readonly AllocationQuota _users;
    private readonly AllocationQuota _sources;
    private readonly ReservationTable _reservations;
    private int _freeCount;

    public AllocationTable(TurnOptions options, RelayedPorts ports, TurnCounters counters, RandomSource random)
    {
        int max = options.AllocationsMax;
        _options = options;
        _counters = counters;
        Ports = ports;
        _flows = new FlowTable(max, random);
        _timers = new TimerHeap(max + options.ReservationsMax);
        _allocations = new TurnAllocation?[max];
        _generations = new uint[max];
        _free = new int[max];
        _freeCount = max;
        for (int i = 0; i < max; i++)
        {
            _free[i] = max - 1 - i;
        }

        _users = new AllocationQuota(options.AllocationsPerUserMax, random);
        _sources = new AllocationQuota(options.AllocationsPerSourceMax, random);
        _reservations = new ReservationTable(options.ReservationsMax, random);
    }

    public RelayedPorts Ports { get; }

    /// <summary>The TCP connections of allocations, which end with them; null without TCP allocations.</summary>
    public PeerConnectionTable? Connections { get; init; }

    public int Count => _allocations.Length - _freeCount;

    /// <summary>Slots, used or not.</summary>
    public int Capacity => _allocations.Length;

    public Instant NextTimeout => _timers.Next;

    /// <summary>The slot that the next allocation gets, as the owner of its ports; negative if there is none left.</summary>
    public int NextSlot => _freeCount == 0 ? -1 : _free[_freeCount - 1];

    /// <summary>The allocation of a client's flow.</summary>
    public TurnAllocation? Find(in TransportAddress client) => _flows.TryGet(client, out int slot) ? _allocations[slot] : null;

    /// <summary>The allocation in a slot, if it is still the one of this generation.</summary>
    public TurnAllocation? Find(int slot, uint generation) =>
        (uint)slot < (uint)_allocations.Length && _allocations[slot] is { } found && found.Generation == generation
            ? found
            : null;

    /// <summary>The allocation in a slot of the table; null in a free one.</summary>
    public TurnAllocation? InSlot(int slot) => _allocations[slot];

    /// <summary>The allocation in a slot that owns a port.</summary>
    public TurnAllocation Owner(int slot) => _allocations[slot]!;

    /// <summary>The allocation that a ticket is good for, wherever it is shown.</summary>
    public TurnAllocation? Find(in MobilityTicket ticket) =>
        (uint)ticket.Slot < (uint)_allocations.Length && _allocations[ticket.Slot] is { } found
            && (found.Ticket.Matches(ticket) || found.PreviousTicket.Matches(ticket))
            ? found
            : null;

    /// <summary>
    /// Why a client may not have what it wishes; <see cref="TurnRefusal.None"/> if it may. A reserved port counts as an
    /// allocation, for who reserved it until it is redeemed, and for who redeemed it from then on.
    /// </summary>
    public TurnRefusal CheckQuota(in TurnRequest request, in AllocateWish wish)
    {
        ulong user = _users.KeyOf(request.Account);
        ulong source = _sources.KeyOf(request.Mapped);
        int wanted = wish.ReserveNext ? 2 : 1;
        bool isHeld = _reservations.TryFind(wish.Token, out _, out Reservation held);
        return _freeCount - _reservations.Count < (isHeld ? 0 : wanted) ? TurnRefusal.InsufficientCapacity
            : !_users.HasRoom(user, isHeld && held.AccountKey == user ? 0 : wanted) ? TurnRefusal.UserQuota
            : !_sources.HasRoom(source, isHeld && held.SourceKey == source ? 0 : wanted) ? TurnRefusal.SourceQuota
            : TurnRefusal.None;
    }

    /// <summary>Makes the allocation, in <see cref="NextSlot"/>. <see cref="CheckQuota"/> has passed.</summary>
    public TurnAllocation Open(in TurnRequest request)
    {
        int slot = _free[--_freeCount];
        uint generation = (_generations[slot] + 1) & VirtualAddress.GenerationMask;
        _generations[slot] = generation;
        var allocation = new TurnAllocation(slot, generation, request, _options)
        {
            AccountKey = _users.KeyOf(request.Account),
            SourceKey = _sources.KeyOf(request.Mapped),
        };
        _allocations[slot] = allocation;
        _users.Add(allocation.AccountKey);
        _sources.Add(allocation.SourceKey);
        bool isEntered = _flows.TrySet(request.Client, slot);
        Invariant.Holds(isEntered, "the flow table has room for every allocation");
        _counters.CountOpened();
        return allocation;
    }

    /// <summary>Whether an allocation may move to this source.</summary>
    public bool MayMove(TurnAllocation allocation, in TransportAddress mapped)
    {
        ulong key = _sources.KeyOf(mapped);
        return key == allocation.SourceKey || _sources.HasRoom(key);
    }

    /// <summary>Another flow, without an allocation of its own, is the client's from now on (RFC 8016).</summary>
    public void Move(TurnAllocation allocation, in TransportAddress client, in TransportAddress mapped)
    {
        _flows.Remove(allocation.Client, allocation.Slot);
        bool isEntered = _flows.TrySet(client, allocation.Slot);
        Invariant.Holds(isEntered, "the flow table has room for every allocation");
        _sources.Remove(allocation.SourceKey);
        allocation.SourceKey = _sources.KeyOf(mapped);
        _sources.Add(allocation.SourceKey);
        allocation.Client = client;
        allocation.Mapped = mapped;
    }

    /// <summary>A new allocation's relayed addresses.</summary>
    public void Give(TurnAllocation allocation, in RelayedAddress ipv4, in RelayedAddress ipv6)
    {
        allocation.SetRelayed(ipv4, ipv6);
        for (int family = 0; family < 2; family++)
        {
            if (allocation.Relayed(isIPv6: family == 1).Share is not null)
            {
                _counters.CountSharedOpened();
            }
        }
    }

    /// <summary>Gives up one relayed address and whatever needs it; the last one ends the allocation.</summary>
    public void CloseFamily(TurnAllocation allocation, bool isIPv6)
    {
        ref RelayedAddress relayed = ref allocation.Relayed(isIPv6);
        if (!relayed.IsNone)
        {
            // Before the port: peers on a shared one are given up with their permissions.
            allocation.Permissions.RemoveFamily(isIPv6);
            if (relayed.Share is not null)
            {
                _counters.CountSharedClosed();
            }

            Ports.Release(relayed);
            relayed = default;
            allocation.Channels.RemoveFamily(isIPv6);
            Connections?.CloseFamily(allocation, isIPv6);
        }

        if (allocation.IsEmpty && ReferenceEquals(_allocations[allocation.Slot], allocation))
        {
            Remove(allocation);
        }
    }

    public void Close(TurnAllocation allocation)
    {
        CloseFamily(allocation, isIPv6: false);
        CloseFamily(allocation, isIPv6: true);
    }

    /// <summary>After anything that sets when a part of the allocation ends.</summary>
    public void SetTimer(TurnAllocation allocation) => _timers.Set(allocation.Slot, allocation.NextTimeout);

    /// <summary>
    /// Keeps a reserved address for its time; false, and the address is still the caller's, if there are too many.
    /// </summary>
    public bool TryReserve(in RelayedAddress reserved, in TurnRequest request, out ulong token)
    {
        token = 0;
        if (!_reservations.HasRoom)
        {
            return false;
        }

        var reservation = new Reservation
        {
            Address = reserved,
            AccountKey = _users.KeyOf(request.Account),
            SourceKey = _sources.KeyOf(request.Mapped),
        };
        int index = _reservations.Add(ref reservation);
        _users.Add(reservation.AccountKey);
        _sources.Add(reservation.SourceKey);
        _timers.Set(_allocations.Length + index, request.Now + ReservationTable.Lifetime);
        token = reservation.Token;
        return true;
    }

    /// <summary>Whether a token is good, and for an address of which family.</summary>
    public bool TryFindReservation(ulong token, out bool isIPv6)
    {
        bool isFound = _reservations.TryFind(token, out _, out Reservation found);
        isIPv6 = isFound && !found.Address.Address.IsIPv4;
        return isFound;
    }

    /// <summary>The reserved address of a token that was found is the slot's from now on.</summary>
    public RelayedAddress Redeem(ulong token, int slot)
    {
        bool isFound = _reservations.TryFind(token, out int index, out Reservation found);
        Invariant.Holds(isFound, "a reservation is redeemed once");
        TryUnreserve(index, out _);
        _timers.Set(_allocations.Length + index, Instant.Never);
        Ports.Pass(found.Address, slot);
        return found.Address;
    }

    public void HandleTimeout(Instant now)
    {
        while (_timers.TryDequeueDue(now, out int timer))
        {
            if (timer >= _allocations.Length)
            {
                if (TryUnreserve(timer - _allocations.Length, out RelayedAddress reserved))
                {
                    Ports.Release(reserved);
                }
            }
            else if (_allocations[timer] is { } allocation)
            {
                Expire(allocation, now);
            }
        }
    }

    private bool TryUnreserve(int index, out RelayedAddress reserved)
    {
        bool isFound = _reservations.TryRemove(index, out Reservation reservation);
        reserved = reservation.Address;
        if (isFound)
        {
            _users.Remove(reservation.AccountKey);
            _sources.Remove(reservation.SourceKey);
        }

        return isFound;
    }

    private void Expire(TurnAllocation allocation, Instant now)
    {
        allocation.Permissions.RemoveExpired(now);
        allocation.Channels.RemoveExpired(now);
        for (int family = 0; family < 2; family++)
        {
            bool isIPv6 = family == 1;
            if (!allocation.Relayed(isIPv6).IsNone && allocation.Relayed(isIPv6).ExpiresAt <= now)
            {
                CloseFamily(allocation, isIPv6);
            }
        }

        if (!allocation.IsEmpty)
        {
            SetTimer(allocation);
        }
    }

    private void Remove(TurnAllocation allocation)
    {
        int slot = allocation.Slot;
        _timers.Set(slot, Instant.Never);
        _flows.Remove(allocation.Client, slot);
        _users.Remove(allocation.AccountKey);
        _sources.Remove(allocation.SourceKey);
        _allocations[slot] = null;
        _free[_freeCount++] = slot;
        _counters.CountClosed();
    }
}

using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// The end of a TURN server: no new allocations, and at a deadline those that there are end. A server cannot call a client
/// over UDP, so clients are told ahead: no LIFETIME that a Refresh gets reaches beyond the deadline. Afterwards requests of a
/// client without an allocation get 437, as always, which every client takes for the end of its allocation, and streams are
/// closed. A 300 would lead the Refresh itself elsewhere, where nobody knows the allocation; the new Allocate is what gets it.
/// </summary>
internal sealed class TurnDrain
{
    // So many slots are looked at in one call: packets are to be handled in between.
    private const int SlotsPerCall = 512;

    private static readonly TimeSpan LifetimeUnit = TimeSpan.FromSeconds(1);

    private readonly AllocationTable _allocations;
    private readonly IClientStreams? _streams;
    private readonly TurnCounters _counters;
    private Instant _deadline = Instant.Never;
    private int _nextSlot;

    public TurnDrain(AllocationTable allocations, IClientStreams? streams, TurnCounters counters)
    {
        _allocations = allocations;
        _streams = streams;
        _counters = counters;
    }

    public bool HasBegun { get; private set; }

    /// <summary>When <see cref="HandleTimeout"/> wants to be called.</summary>
    public Instant NextTimeout => _nextSlot < _allocations.Capacity ? _deadline : Instant.Never;

    /// <summary>Begins, or brings the deadline forward.</summary>
    public void Begin(Instant deadline)
    {
        HasBegun = true;
        _deadline = Instant.Min(_deadline, deadline);
    }

    /// <summary>
    /// What of a lifetime a client can count on, as LIFETIME says it: in whole seconds, and never 0, which would be the end.
    /// </summary>
    public TimeSpan Limit(TimeSpan lifetime, Instant now)
    {
        if (lifetime == TimeSpan.Zero || now + lifetime <= _deadline)
        {
            return lifetime;
        }

        TimeSpan left = _deadline - now;
        return left > LifetimeUnit ? left : LifetimeUnit;
    }

    /// <summary>Ends some of the allocations that are left at the deadline.</summary>
    public void HandleTimeout(Instant now)
    {
        if (NextTimeout > now)
        {
            return;
        }

        // There are no new ones, so a slot that was passed stays free.
        int end = Math.Min(_nextSlot + SlotsPerCall, _allocations.Capacity);
        for (; _nextSlot < end; _nextSlot++)
        {
            if (_allocations.InSlot(_nextSlot) is { } allocation)
            {
                TransportAddress client = allocation.Client;
                _allocations.Close(allocation);
                _counters.CountDrained();
                if (VirtualAddress.KindOf(client) == VirtualAddressKind.Stream)
                {
                    _streams?.Close(client);
                }
            }
        }
    }
}

using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>What allocations may relay: so many bytes a second each, and so many together, both ways.</summary>
internal sealed class RelayBudget
{
    private ByteBudget _total;

    public RelayBudget(TurnOptions options) => _total = new ByteBudget(options.TotalBytesPerSecond, Instant.Zero);

    /// <summary>Takes the bytes of one packet; false if the allocation, or all, have had theirs.</summary>
    public bool TryTake(TurnAllocation allocation, int bytes, Instant now) =>
        allocation.Budget.TryTake(bytes, now) && _total.TryTake(bytes, now);
}

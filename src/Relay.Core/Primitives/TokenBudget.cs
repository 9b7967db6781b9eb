namespace Relay.Core.Primitives;

/// <summary>
/// A budget that is spent at once and comes back with time. Kept as the moment at which it will be full again, so that
/// nothing has to run meanwhile. A mutable struct: keep it in a field.
/// </summary>
public struct TokenBudget
{
    private readonly TimeSpan _interval;
    private readonly int _capacity;
    private Instant _full;

    /// <summary>A full bucket.</summary>
    /// <param name="capacity">The most tokens it holds, 1 to 1,000,000.</param>
    /// <param name="interval">How long one token takes to come back.</param>
    public TokenBudget(int capacity, TimeSpan interval)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(interval, new TimeSpan(1));
        _capacity = capacity;
        _interval = interval;
        _full = Instant.Zero;
    }

    /// <summary>When one token is there and <paramref name="reserve"/> others stay.</summary>
    /// <param name="reserve">Tokens that this taker leaves to others, fewer than the capacity.</param>
    public readonly Instant NextToken(int reserve) => _full - ((_capacity - reserve - 1) * _interval);

    /// <summary>Takes a token if <paramref name="reserve"/> others stay.</summary>
    public bool TryTake(int reserve, Instant now)
    {
        if (NextToken(reserve) > now)
        {
            return false;
        }

        _full = (_full > now ? _full : now) + _interval;
        return true;
    }
}

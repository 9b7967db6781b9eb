using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Bytes per second: what is not spent gathers for one second. A mutable struct: keep it in a field. The default value
/// has no limit.
/// </summary>
public struct ByteBudget
{
    // In bytes times ticks per second, so that slow rates lose nothing to rounding.
    private readonly long _capacity;
    private readonly long _bytesPerSecond;
    private long _left;
    private Instant _filledAt;

    /// <summary>A full second's worth.</summary>
    /// <param name="bytesPerSecond">0 for no limit, else up to 100,000,000,000.</param>
    /// <param name="now">The time.</param>
    public ByteBudget(long bytesPerSecond, Instant now)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytesPerSecond);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(bytesPerSecond, 100_000_000_000);
        _bytesPerSecond = bytesPerSecond;
        _capacity = bytesPerSecond * TimeSpan.TicksPerSecond;
        _left = _capacity;
        _filledAt = now;
    }

    /// <summary>Takes the bytes of a packet if they are there; if not, none.</summary>
    public bool TryTake(int bytes, Instant now)
    {
        if (_bytesPerSecond == 0)
        {
            return true;
        }

        long elapsed = now.Ticks - _filledAt.Ticks;
        if (elapsed > 0)
        {
            _left = Math.Min(_capacity, _left + (Math.Min(elapsed, TimeSpan.TicksPerSecond) * _bytesPerSecond));
            _filledAt = now;
        }

        long cost = bytes * TimeSpan.TicksPerSecond;
        if (cost > _left)
        {
            return false;
        }

        _left -= cost;
        return true;
    }
}

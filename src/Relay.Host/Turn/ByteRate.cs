using Relay.Core.Primitives;

namespace Relay.Host.Turn;

/// <summary>
/// Slows streams down to so many bytes a second, with up to a second's worth at once. Whoever has moved bytes says so and waits
/// before it moves more. Safe from any thread.
/// </summary>
/// <param name="bytesPerSecond">0 for no limit.</param>
/// <param name="now">The time.</param>
internal sealed class ByteRate(long bytesPerSecond, Instant now)
{
    private readonly Lock _lock = new();
    private Instant _refilled = now;
    private double _left = bytesPerSecond;

    /// <summary>Counts bytes that were moved; how long to wait until the next ones.</summary>
    public TimeSpan Take(int bytes, Instant now)
    {
        if (bytesPerSecond == 0)
        {
            return TimeSpan.Zero;
        }

        lock (_lock)
        {
            if (now > _refilled)
            {
                _left = Math.Min(bytesPerSecond, _left + ((now - _refilled).TotalSeconds * bytesPerSecond));
                _refilled = now;
            }

            _left -= bytes;
            return _left >= 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(-_left / bytesPerSecond);
        }
    }
}

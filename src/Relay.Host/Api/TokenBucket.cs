using Relay.Core.Primitives;

namespace Relay.Host.Api;

/// <summary>How fast a bucket fills and how much it holds.</summary>
/// <param name="PerSecond">Tokens per second, more than 0.</param>
/// <param name="Burst">Tokens in a full bucket, 1 or more.</param>
internal readonly record struct BucketRate(double PerSecond, int Burst)
{
    public static BucketRate PerMinute(int count, int burst) => new(count / 60.0, burst);
}

/// <summary>A token bucket: full at first. A mutable value; not thread-safe.</summary>
internal struct TokenBucket
{
    private double _tokens;
    private Instant _filledAt;
    private bool _started;

    /// <summary>Takes a token; with none left, says how many seconds (1 or more) until there is one.</summary>
    public bool TryTake(in BucketRate rate, Instant now, out int retryAfterSeconds)
    {
        double elapsed = _started ? Math.Max(0, (now - _filledAt).TotalSeconds) : double.PositiveInfinity;
        _tokens = Math.Min(rate.Burst, _started ? _tokens + (elapsed * rate.PerSecond) : rate.Burst);
        _filledAt = now;
        _started = true;
        if (_tokens >= 1)
        {
            _tokens--;
            retryAfterSeconds = 0;
            return true;
        }

        retryAfterSeconds = Math.Max(1, (int)Math.Ceiling((1 - _tokens) / rate.PerSecond));
        return false;
    }
}

using System.Net;
using Relay.Core.Primitives;

namespace Relay.Host.Api;

/// <summary>
/// New sessions per source, which is kept only as a hash (<see cref="SipHash.HashSource"/>) under a key made at start. Memory
/// is bounded by two generations: when the young one is full it becomes the old one and the old one is forgotten; who comes
/// back in between is carried over. Thread-safe.
/// </summary>
internal sealed class SourceLimiter(BucketRate rate, int tableSize, RandomSource random)
{
    private readonly BucketRate _rate = rate;
    private readonly int _tableSize = Math.Max(1, tableSize / 2);
    private readonly SipHash _hash = new(random);
    private readonly Lock _lock = new();
    private Dictionary<ulong, TokenBucket> _young = [];
    private Dictionary<ulong, TokenBucket> _old = [];

    /// <summary>Sources remembered.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _young.Count + _old.Count;
            }
        }
    }

    /// <summary>False if the source has used up its share; then after how many seconds to try again.</summary>
    public bool TryTake(IPAddress? source, Instant now, out int retryAfterSeconds)
    {
        ulong key = Key(source);
        lock (_lock)
        {
            if (!_young.TryGetValue(key, out TokenBucket bucket))
            {
                // Not known at all: a full bucket.
                _ = _old.Remove(key, out bucket);
                Rotate();
            }

            bool taken = bucket.TryTake(_rate, now, out retryAfterSeconds);
            _young[key] = bucket;
            return taken;
        }
    }

    private void Rotate()
    {
        if (_young.Count >= _tableSize)
        {
            (_old, _young) = (_young, _old);
            _young.Clear();
        }
    }

    // A request without an address (a unix socket) shares one bucket.
    private ulong Key(IPAddress? source) =>
        _hash.HashSource(TransportAddress.FromEndPoint(new IPEndPoint(source ?? IPAddress.Any, 0)));
}

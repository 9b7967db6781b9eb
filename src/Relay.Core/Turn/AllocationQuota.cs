using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// How many allocations each user, or each source, has. Counted under a keyed hash of 64 bits, so that clients cannot aim
/// for another's count; an entry goes with its last allocation, so the allocations bound the memory.
/// </summary>
internal sealed class AllocationQuota
{
    private readonly SipHash _hash;
    private readonly int _max;
    private readonly Dictionary<ulong, int> _counts = [];

    /// <param name="max">The most allocations for one key.</param>
    /// <param name="random">Draws the hash key.</param>
    public AllocationQuota(int max, RandomSource random)
    {
        _max = max;
        _hash = new SipHash(random);
    }

    public int Keys => _counts.Count;

    /// <summary>The key of an account (<see cref="TurnAuthentication.Account"/>).</summary>
    public ulong KeyOf(UInt128 account) => _hash.Hash((ulong)account, (ulong)(account >> 64), 1);

    /// <summary>The key of a source (<see cref="SipHash.HashSource"/>).</summary>
    public ulong KeyOf(in TransportAddress source) => _hash.HashSource(source);

    /// <summary>Whether so many more have room.</summary>
    public bool HasRoom(ulong key, int more = 1) => _counts.GetValueOrDefault(key) + more <= _max;

    public void Add(ulong key) => _counts[key] = _counts.GetValueOrDefault(key) + 1;

    public void Remove(ulong key)
    {
        Invariant.Holds(_counts.TryGetValue(key, out int count), "an allocation is counted until it ends");
        if (count == 1)
        {
            _counts.Remove(key);
        }
        else
        {
            _counts[key] = count - 1;
        }
    }
}

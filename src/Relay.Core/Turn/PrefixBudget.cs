using System.Numerics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Answers to sources that have proven nothing, so many a second for each IPv4 /24 and IPv6 /56: who forges the source of a
/// request cannot make this relay flood whoever lives there. Connects to TCP peers are counted so as well. Memory is fixed. A
/// prefix that finds its row full takes over the idlest entry there with what that one has spent, so nobody gains by being
/// forgotten and no prefix ever exceeds its rate.
/// </summary>
public sealed class PrefixBudget
{
    private const int EntriesPerRow = 4;
    private const int IPv4HostBits = 8;
    private const int IPv6HostBits = 72;

    private readonly SipHash _hash;
    private readonly Entry[] _entries;
    private readonly int _rowMask;
    private readonly long _intervalTicks;
    private readonly long _burstTicks;

    /// <param name="prefixes">Prefixes remembered at once, 4 to 1,048,576; rounded up to a power of two. 16 bytes each.</param>
    /// <param name="perSecond">Answers a second for one prefix in the long run, 1 to 1,000,000.</param>
    /// <param name="burst">Answers for one prefix at once, 1 to 1,000,000.</param>
    /// <param name="random">Draws the hash key.</param>
    public PrefixBudget(int prefixes, int perSecond, int burst, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(prefixes, EntriesPerRow);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(prefixes, 1 << 20);
        ArgumentOutOfRangeException.ThrowIfLessThan(perSecond, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(perSecond, 1_000_000);
        ArgumentOutOfRangeException.ThrowIfLessThan(burst, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(burst, 1_000_000);
        _hash = new SipHash(random);
        _entries = new Entry[BitOperations.RoundUpToPowerOf2((uint)prefixes)];
        _rowMask = (_entries.Length / EntriesPerRow) - 1;
        _intervalTicks = TimeSpan.TicksPerSecond / perSecond;
        _burstTicks = _intervalTicks * (burst - 1);
    }

    /// <summary>Takes one answer from the budget of the source's prefix; false if there is none left.</summary>
    public bool TryTake(in TransportAddress source, Instant now)
    {
        ref Entry entry = ref Find(source);
        if (entry.FullAt - _burstTicks > now.Ticks)
        {
            return false;
        }

        entry.FullAt = Math.Max(entry.FullAt, now.Ticks) + _intervalTicks;
        return true;
    }

    private ref Entry Find(in TransportAddress source)
    {
        UInt128 prefix = source.Address >> (source.IsIPv4 ? IPv4HostBits : IPv6HostBits);
        ulong hash = _hash.Hash((ulong)prefix, (ulong)(prefix >> 64), source.IsIPv4 ? 4u : 6u);
        Span<Entry> row = _entries.AsSpan((int)(hash & (uint)_rowMask) * EntriesPerRow, EntriesPerRow);
        int idlest = 0;
        for (int i = 0; i < row.Length; i++)
        {
            if (row[i].Hash == hash)
            {
                return ref row[i];
            }

            if (row[i].FullAt < row[idlest].FullAt)
            {
                idlest = i;
            }
        }

        row[idlest].Hash = hash;
        return ref row[idlest];
    }

    // Two prefixes with one 64-bit hash share a budget. FullAt: when the whole burst is there again, in ticks.
    private struct Entry
    {
        public ulong Hash;
        public long FullAt;
    }
}

namespace Relay.Core.Primitives;

/// <summary>
/// Which slot (a transport's, an allocation's) a remote address belongs to: open addressing with linear probing and
/// backward-shift deletion, at most half full. Peers choose their addresses, so the hash is keyed.
/// </summary>
public sealed class FlowTable
{
    private const int Empty = -1;

    private readonly SipHash _hash;
    private readonly TransportAddress[] _keys;
    private readonly int[] _slots;
    private readonly int _mask;
    private int _count;

    /// <param name="capacity">The most addresses that it holds.</param>
    /// <param name="random">Draws the hash key.</param>
    public FlowTable(int capacity, RandomSource random)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        Capacity = capacity;
        int buckets = (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)capacity * 2);
        _hash = new SipHash(random);
        _keys = new TransportAddress[buckets];
        _slots = new int[buckets];
        Array.Fill(_slots, Empty);
        _mask = buckets - 1;
    }

    public int Capacity { get; }

    public int Count => _count;

    /// <summary>The slot, or false if the address points to none.</summary>
    public bool TryGet(in TransportAddress address, out int slot)
    {
        int bucket = Find(address);
        slot = _slots[bucket];
        return slot != Empty;
    }

    /// <summary>Points the address to a slot, in place of whatever it pointed to; false if the table is full.</summary>
    public bool TrySet(in TransportAddress address, int slot)
    {
        int bucket = Find(address);
        if (_slots[bucket] == Empty)
        {
            if (_count == Capacity)
            {
                return false;
            }

            _count++;
            _keys[bucket] = address;
        }

        _slots[bucket] = slot;
        return true;
    }

    /// <summary>Forgets the address if it points to the slot; another slot's entry stays.</summary>
    public void Remove(in TransportAddress address, int slot)
    {
        int hole = Find(address);
        if (_slots[hole] == Empty || _slots[hole] != slot)
        {
            return;
        }

        _count--;
        int next = (hole + 1) & _mask;
        while (_slots[next] != Empty)
        {
            int home = (int)_hash.Hash(_keys[next]) & _mask;
            // Move back only what does not lie between its home and the hole.
            if (((next - home) & _mask) >= ((next - hole) & _mask))
            {
                _keys[hole] = _keys[next];
                _slots[hole] = _slots[next];
                hole = next;
            }

            next = (next + 1) & _mask;
        }

        _slots[hole] = Empty;
        _keys[hole] = default;
    }

    private int Find(in TransportAddress address)
    {
        int bucket = (int)_hash.Hash(address) & _mask;
        while (_slots[bucket] != Empty && _keys[bucket] != address)
        {
            bucket = (bucket + 1) & _mask;
        }

        return bucket;
    }
}

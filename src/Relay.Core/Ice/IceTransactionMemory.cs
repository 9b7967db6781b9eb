using System.Buffers.Binary;
using Relay.Core.Primitives;

namespace Relay.Core.Ice;

/// <summary>
/// Remembers the transaction ids of recent authenticated requests, so that a captured request that is sent again moves
/// nothing: STUN itself has no replay protection, and a lite agent makes no checks of its own that would expose a forged
/// source. Two Bloom filters in turns hold the last 1,000 to 2,000 requests, repetitions included (most of an hour of one
/// client), in 2 KiB each. A client's first 125 (some minutes) are in a filter of 256 bytes; the large ones come when they are
/// needed. A false alarm (under 1 %) costs a client one request's effect; its next request has another id.
/// </summary>
internal sealed class IceTransactionMemory
{
    /// <summary>Ids in one filter before the older one is forgotten.</summary>
    public const int RequestsPerFilterMax = 1000;

    private const int FilterBits = 1 << FilterBitsLog2;
    private const int FilterBitsLog2 = 14;
    private const int FirstFilterShare = 8;
    private const int BitsPerId = 4;
    private const int BitsPerWord = 64;
    private const int FilterWords = FilterBits / BitsPerWord;

    private readonly SipHash _hash;
    private ulong[] _current = new ulong[FilterWords / FirstFilterShare];
    private ulong[]? _previous;
    private int _count;

    public IceTransactionMemory(RandomSource random)
    {
        _hash = new SipHash(random);
    }

    /// <summary>True if the id is new; it is remembered then.</summary>
    public bool TryAdd(ReadOnlySpan<byte> transactionId)
    {
        ulong hash = _hash.Hash(
            BinaryPrimitives.ReadUInt64LittleEndian(transactionId), BinaryPrimitives.ReadUInt32LittleEndian(transactionId[8..]));
        if (Contains(_current, hash))
        {
            return false;
        }

        // Kept from now on in either case, so that a false alarm is not forgotten with the older filter.
        bool isNew = _previous is null || !Contains(_previous, hash);
        if (_count == RequestsPerFilterMax * _current.Length / FilterWords)
        {
            (_current, _previous) = (_previous?.Length == FilterWords ? _previous : new ulong[FilterWords], _current);
            Array.Clear(_current);
            _count = 0;
        }

        _count++;
        for (int i = 0; i < BitsPerId; i++)
        {
            int bit = BitOf(_current, hash, i);
            _current[bit / BitsPerWord] |= 1UL << bit;
        }

        return isNew;
    }

    public void Clear()
    {
        Array.Clear(_current);
        _previous = null;
        _count = 0;
    }

    private static bool Contains(ulong[] filter, ulong hash)
    {
        for (int i = 0; i < BitsPerId; i++)
        {
            int bit = BitOf(filter, hash, i);
            if ((filter[bit / BitsPerWord] & (1UL << bit)) == 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int BitOf(ulong[] filter, ulong hash, int index) =>
        (int)(hash >> (index * FilterBitsLog2)) & ((filter.Length * BitsPerWord) - 1);
}

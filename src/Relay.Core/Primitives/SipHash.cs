using System.Numerics;

namespace Relay.Core.Primitives;

/// <summary>
/// SipHash-1-3 over whole 64-bit words: the keyed hash for everything that peers choose (addresses, SSRCs), so that a
/// peer who does not know the key cannot aim for collisions. Aumasson and Bernstein, "SipHash: a fast short-input PRF".
/// </summary>
public readonly struct SipHash
{
    private const int IPv6HostBits = 64;

    private readonly ulong _key0;
    private readonly ulong _key1;

    public SipHash(RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _key0 = random.NextUInt64();
        _key1 = random.NextUInt64();
    }

    public ulong Hash(in TransportAddress address) =>
        Hash((ulong)address.Address, (ulong)(address.Address >> 64), address.Port);

    /// <summary>
    /// Hashes what counts as one source: an IPv4 address or an IPv6 /64, what one home or phone gets; the port does not matter.
    /// </summary>
    public ulong HashSource(in TransportAddress source) => source.IsIPv4
        ? Hash(source.IPv4, 0, 4)
        : Hash((ulong)(source.Address >> IPv6HostBits), 0, 6);

    public ulong Hash(ulong word0, ulong word1 = 0, ulong word2 = 0)
    {
        ulong v0 = _key0 ^ 0x736f6d6570736575UL;
        ulong v1 = _key1 ^ 0x646f72616e646f6dUL;
        ulong v2 = _key0 ^ 0x6c7967656e657261UL;
        ulong v3 = _key1 ^ 0x7465646279746573UL;
        Compress(ref v0, ref v1, ref v2, ref v3, word0);
        Compress(ref v0, ref v1, ref v2, ref v3, word1);
        Compress(ref v0, ref v1, ref v2, ref v3, word2);
        Compress(ref v0, ref v1, ref v2, ref v3, 24UL << 56);
        v2 ^= 0xff;
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Compress(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3, ulong word)
    {
        v3 ^= word;
        Round(ref v0, ref v1, ref v2, ref v3);
        v0 ^= word;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}

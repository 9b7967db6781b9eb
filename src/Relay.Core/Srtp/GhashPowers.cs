using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;

namespace Relay.Core.Srtp;

/// <summary>
/// The powers of one GCM hash key (NIST SP 800-38D section 6.4), in pinned memory: H^10 down to H^1, then a block of zeros, so
/// that two neighbours can be read at once. Zeros after Dispose. Only where <see cref="CarrylessProduct.IsSupported"/>.
/// </summary>
/// <remarks>
/// GCM writes the coefficient of x^0 into the first bit of the first byte. With all bytes in reverse a block is a polynomial
/// with its bits in reverse, and so is the product, but for one place. That place, and the x^-128 of the reduction, are made
/// up for by storing each power times x, once for all packets.
/// </remarks>
internal sealed unsafe class GhashPowers : IDisposable
{
    /// <summary>The most blocks that can be hashed at a time.</summary>
    public const int Count = 10;

    private const int Blocks = Count + 2;
    private const int Alignment = 64;

    private readonly byte[] _memory = GC.AllocateArray<byte>((Blocks * AesRound.BlockBytes) + Alignment - 1, pinned: true);

    /// <param name="h">The hash key: a block of zeros under the cipher.</param>
    public GhashPowers(Vector128<byte> h)
    {
        fixed (byte* memory = _memory)
        {
            Pointer = (byte*)(((nuint)memory + Alignment - 1) & ~(nuint)(Alignment - 1));
        }

        Vector128<ulong> first = MultiplyByX(Reverse(h).AsUInt64());
        Vector128<ulong> power = first;
        for (int exponent = 1; exponent <= Count; exponent++)
        {
            power.Store((ulong*)(Pointer + Offset(exponent)));
            CarrylessProduct next = default;
            next.Add(power, first);
            power = next.Reduce();
        }
    }

    /// <summary>H^10, and the others behind it. Valid as long as this object is reachable.</summary>
    public byte* Pointer { get; }

    /// <summary>Where this power is, from <see cref="Pointer"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Offset(int exponent) => (Count - exponent) * AesRound.BlockBytes;

    /// <summary>A block with its bytes in reverse.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Reverse(Vector128<byte> block) =>
        Vector128.Shuffle(block, Vector128.Create((byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0));

    public void Dispose() => CryptographicOperations.ZeroMemory(_memory);

    private static Vector128<ulong> MultiplyByX(Vector128<ulong> a)
    {
        ulong low = a.GetElement(0);
        ulong high = a.GetElement(1);
        ulong overflow = 0 - (high >> 63);
        return Vector128.Create(
            (low << 1) ^ (overflow & 1),
            ((high << 1) | (low >> 63)) ^ (overflow & 0xC200_0000_0000_0000));
    }
}

using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Relay.Core.Srtp;

/// <summary>GHASH two blocks at a time, with VPCLMULQDQ on 256 bits.</summary>
internal readonly unsafe struct Ghash256 : IGhash
{
    public static bool IsSupported => Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Absorb(Vector128<ulong> y, byte* powers, byte* blocks, int count)
    {
        byte* power = powers + GhashPowers.Offset(count);
        byte* last = powers + GhashPowers.Offset(1);
        Sum sum = default;
        if (power == last)
        {
            sum.Add((Load(blocks) ^ y).ToVector256(), Vector256.Load((ulong*)power));
            return sum.Reduce();
        }

        sum.Add(LoadPair(blocks) ^ y.ToVector256(), Vector256.Load((ulong*)power));
        power += 32;
        blocks += 32;
        while (power < last)
        {
            sum.Add(LoadPair(blocks), Vector256.Load((ulong*)power));
            power += 32;
            blocks += 32;
        }

        if (power == last)
        {
            sum.Add(Load(blocks).ToVector256(), Vector256.Load((ulong*)power));
        }

        return sum.Reduce();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Absorb8(Vector128<ulong> y, byte* powers, byte* blocks)
    {
        ulong* power = (ulong*)(powers + GhashPowers.Offset(8));
        Sum sum = default;
        sum.Add(Reverse(Vector256.Load(blocks)) ^ y.ToVector256(), Vector256.Load(power));
        sum.Add(Reverse(Vector256.Load(blocks + 32)), Vector256.Load(power + 4));
        sum.Add(Reverse(Vector256.Load(blocks + 64)), Vector256.Load(power + 8));
        sum.Add(Reverse(Vector256.Load(blocks + 96)), Vector256.Load(power + 12));
        return sum.Reduce();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Mix8(
        byte* input,
        byte* output,
        Vector128<byte> b0,
        Vector128<byte> b1,
        Vector128<byte> b2,
        Vector128<byte> b3,
        Vector128<byte> b4,
        Vector128<byte> b5,
        Vector128<byte> b6,
        Vector128<byte> b7)
    {
        (Vector256.Create(b0, b1) ^ Vector256.Load(input)).Store(output);
        (Vector256.Create(b2, b3) ^ Vector256.Load(input + 32)).Store(output + 32);
        (Vector256.Create(b4, b5) ^ Vector256.Load(input + 64)).Store(output + 64);
        (Vector256.Create(b6, b7) ^ Vector256.Load(input + 96)).Store(output + 96);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(byte* block) => GhashPowers.Reverse(Vector128.Load(block)).AsUInt64();

    /// <summary>In two halves, because what was just stored in halves cannot be forwarded to a wider load.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> LoadPair(byte* blocks) =>
        Reverse(Vector256.Create(Vector128.Load(blocks), Vector128.Load(blocks + AesRound.BlockBytes)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Reverse(Vector256<byte> blocks) => Avx2.Shuffle(blocks, Vector256.Create(
        (byte)15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
        15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)).AsUInt64();

    /// <summary>Two <see cref="CarrylessProduct"/>s side by side.</summary>
    private struct Sum
    {
        private Vector256<ulong> _low;
        private Vector256<ulong> _middle;
        private Vector256<ulong> _high;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Add(Vector256<ulong> a, Vector256<ulong> b)
        {
            _low ^= Pclmulqdq.V256.CarrylessMultiply(a, b, 0x00);
            _middle ^= Pclmulqdq.V256.CarrylessMultiply(a, b, 0x01) ^ Pclmulqdq.V256.CarrylessMultiply(a, b, 0x10);
            _high ^= Pclmulqdq.V256.CarrylessMultiply(a, b, 0x11);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly Vector128<ulong> Reduce()
        {
            CarrylessProduct both;
            both.Low = _low.GetLower() ^ _low.GetUpper();
            both.Middle = _middle.GetLower() ^ _middle.GetUpper();
            both.High = _high.GetLower() ^ _high.GetUpper();
            return both.Reduce();
        }
    }
}

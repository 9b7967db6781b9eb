using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Relay.Core.Srtp;

/// <summary>GHASH block by block: x86 processors without 256-bit carryless multiplication, and ARM64.</summary>
internal readonly unsafe struct Ghash128 : IGhash
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Absorb(Vector128<ulong> y, byte* powers, byte* blocks, int count)
    {
        byte* power = powers + GhashPowers.Offset(count);
        byte* last = powers + GhashPowers.Offset(1);
        CarrylessProduct sum = default;
        sum.Add(Load(blocks) ^ y, Vector128.Load((ulong*)power));
        while (power < last)
        {
            power += AesRound.BlockBytes;
            blocks += AesRound.BlockBytes;
            sum.Add(Load(blocks), Vector128.Load((ulong*)power));
        }

        return sum.Reduce();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<ulong> Absorb8(Vector128<ulong> y, byte* powers, byte* blocks)
    {
        ulong* power = (ulong*)(powers + GhashPowers.Offset(8));
        CarrylessProduct sum = default;
        sum.Add(Load(blocks) ^ y, Vector128.Load(power));
        sum.Add(Load(blocks + 16), Vector128.Load(power + 2));
        sum.Add(Load(blocks + 32), Vector128.Load(power + 4));
        sum.Add(Load(blocks + 48), Vector128.Load(power + 6));
        sum.Add(Load(blocks + 64), Vector128.Load(power + 8));
        sum.Add(Load(blocks + 80), Vector128.Load(power + 10));
        sum.Add(Load(blocks + 96), Vector128.Load(power + 12));
        sum.Add(Load(blocks + 112), Vector128.Load(power + 14));
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
        (b0 ^ Vector128.Load(input)).Store(output);
        (b1 ^ Vector128.Load(input + 16)).Store(output + 16);
        (b2 ^ Vector128.Load(input + 32)).Store(output + 32);
        (b3 ^ Vector128.Load(input + 48)).Store(output + 48);
        (b4 ^ Vector128.Load(input + 64)).Store(output + 64);
        (b5 ^ Vector128.Load(input + 80)).Store(output + 80);
        (b6 ^ Vector128.Load(input + 96)).Store(output + 96);
        (b7 ^ Vector128.Load(input + 112)).Store(output + 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(byte* block) => GhashPowers.Reverse(Vector128.Load(block)).AsUInt64();
}

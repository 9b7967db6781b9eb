using System.Numerics;
using System.Runtime.Intrinsics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

/// <summary>Against NIST SP 800-38D's definition, bit by bit.</summary>
public unsafe class GhashPowersTests
{
    [Fact]
    public void The_hash_is_the_definitions_at_every_width()
    {
        Check<Ghash128>();
        if (Ghash256.IsSupported)
        {
            Check<Ghash256>();
        }
    }

    [Fact]
    public void Dispose_clears_the_powers()
    {
        GhashPowers powers = new(Vector128<byte>.One);
        powers.Dispose();
        Assert.False(new Span<byte>(powers.Pointer, GhashPowers.Count * 16).ContainsAnyExcept((byte)0));
        GC.KeepAlive(powers);
    }

    [Fact]
    public void Products_add_up_and_know_no_order()
    {
        var a = Vector128.Create(0x0123_4567_89AB_CDEFUL, 0xFEDC_BA98_7654_3210UL);
        var b = Vector128.Create(0x8000_0000_0000_0001UL, 0xC2UL);
        var c = Vector128.Create(ulong.MaxValue, 7UL);
        Assert.Equal(Product(a, b), Product(b, a));
        Assert.Equal(Product(a ^ c, b), Product(a, b) ^ Product(c, b));
        CarrylessProduct sum = default;
        sum.Add(a, b);
        sum.Add(c, b);
        Assert.Equal(Product(a ^ c, b), sum.Reduce());
        Assert.NotEqual(Product(a, b), Product(c, b));
    }

    private static Vector128<ulong> Product(Vector128<ulong> a, Vector128<ulong> b)
    {
        CarrylessProduct product = default;
        product.Add(a, b);
        return product.Reduce();
    }

    private static void Check<TGhash>()
        where TGhash : struct, IGhash
    {
        Random random = new(1);
        for (int round = 0; round < 50; round++)
        {
            byte[] key = new byte[16];
            byte[] blocks = new byte[GhashPowers.Count * 16];
            random.NextBytes(key);
            random.NextBytes(blocks);
            using GhashPowers powers = new(Vector128.Create(key));
            for (int count = 1; count <= GhashPowers.Count; count++)
            {
                fixed (byte* at = blocks)
                {
                    Vector128<ulong> start = TGhash.Absorb(Vector128<ulong>.Zero, powers.Pointer, at, 1);
                    Vector128<ulong> hash = TGhash.Absorb(start, powers.Pointer, at, count);
                    Vector128<byte> expected = Definition(key, [.. blocks[..16], .. blocks[..(count * 16)]]);
                    Assert.Equal(expected, GhashPowers.Reverse(hash.AsByte()));
                    Assert.True(count != 8 || hash == TGhash.Absorb8(start, powers.Pointer, at));
                }
            }
        }
    }

    private static Vector128<byte> Definition(byte[] key, byte[] blocks)
    {
        UInt128 h = Read(key);
        UInt128 y = 0;
        for (int at = 0; at < blocks.Length; at += 16)
        {
            UInt128 x = y ^ Read(blocks.AsSpan(at, 16));
            UInt128 v = h;
            y = 0;
            for (int bit = 127; bit >= 0; bit--)
            {
                y ^= (x >> bit & 1) == 1 ? v : 0;
                v = (v >> 1) ^ ((v & 1) == 1 ? (UInt128)0xE1 << 120 : 0);
            }
        }

        byte[] bytes = new byte[16];
        ((IBinaryInteger<UInt128>)y).WriteBigEndian(bytes);
        return Vector128.Create(bytes);
    }

    private static UInt128 Read(ReadOnlySpan<byte> block)
    {
        UInt128 value = 0;
        foreach (byte b in block)
        {
            value = (value << 8) | b;
        }

        return value;
    }
}

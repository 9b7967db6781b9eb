using System.Buffers.Binary;
using System.Numerics;
using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class SipHashTests
{
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];

    [Fact]
    public void The_reference_of_these_tests_gives_the_published_values()
    {
        // SipHash-2-4 of 00 01 .. 0e under the key 00 01 .. 0f: appendix A of the paper. SipHash-1-3 of nothing: reference code.
        Assert.Equal(0xa129_ca61_49be_45e5UL, Reference(2, 4, Key, [.. Enumerable.Range(0, 15).Select(i => (byte)i)]));
        Assert.Equal(0xabac_0158_050f_c4dcUL, Reference(1, 3, Key, []));
    }

    [Fact]
    public void It_is_SipHash_1_3_of_the_words_in_little_endian()
    {
        var random = new Random(1);
        for (int i = 0; i < 200; i++)
        {
            byte[] message = new byte[24];
            random.NextBytes(message);
            byte[] key = new byte[16];
            random.NextBytes(key);
            var hash = new SipHash(new Fixed(key));
            Assert.Equal(
                Reference(1, 3, key, message),
                hash.Hash(
                    BinaryPrimitives.ReadUInt64LittleEndian(message),
                    BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(8)),
                    BinaryPrimitives.ReadUInt64LittleEndian(message.AsSpan(16))));
        }
    }

    [Fact]
    public void An_address_hashes_by_all_its_parts_and_by_the_key()
    {
        var hash = new SipHash(new SeededRandomSource(1));
        var other = new SipHash(new SeededRandomSource(2));
        var address = new TransportAddress(new UInt128(3, 4), 5);
        Assert.Equal(hash.Hash(4, 3, 5), hash.Hash(address));
        Assert.NotEqual(hash.Hash(address), other.Hash(address));
        Assert.NotEqual(hash.Hash(address), hash.Hash(address with { Port = 6 }));
        Assert.NotEqual(hash.Hash(address), hash.Hash(address with { Address = new UInt128(4, 4) }));
    }

    private static ulong Reference(int compressions, int finalizations, byte[] key, byte[] message)
    {
        ulong k0 = BinaryPrimitives.ReadUInt64LittleEndian(key);
        ulong k1 = BinaryPrimitives.ReadUInt64LittleEndian(key.AsSpan(8));
        ulong[] v =
        [
            k0 ^ 0x736f6d6570736575UL, k1 ^ 0x646f72616e646f6dUL, k0 ^ 0x6c7967656e657261UL, k1 ^ 0x7465646279746573UL,
        ];
        byte[] padded = new byte[(message.Length / 8 * 8) + 8];
        message.CopyTo(padded, 0);
        padded[^1] = (byte)message.Length;
        for (int i = 0; i < padded.Length; i += 8)
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(padded.AsSpan(i));
            v[3] ^= word;
            Rounds(v, compressions);
            v[0] ^= word;
        }

        v[2] ^= 0xff;
        Rounds(v, finalizations);
        return v[0] ^ v[1] ^ v[2] ^ v[3];
    }

    [Theory]
    [InlineData("192.0.2.1:1", "192.0.2.1:2", true)]
    [InlineData("192.0.2.1:1", "192.0.2.2:1", false)]
    [InlineData("[2001:db8::1]:1", "[2001:db8::ffff:1]:2", true)]
    [InlineData("[2001:db8::1]:1", "[2001:db8:0:1::1]:1", false)]
    [InlineData("[::1]:0", "0.0.0.0:0", false)]
    public void A_source_is_an_IPv4_address_or_an_IPv6_64_on_any_port(string first, string second, bool same)
    {
        var hash = new SipHash(new SeededRandomSource(1));
        Assert.Equal(same, Of(first) == Of(second));

        ulong Of(string source) => hash.HashSource(TransportAddress.FromEndPoint(System.Net.IPEndPoint.Parse(source)));
    }

    private static void Rounds(ulong[] v, int count)
    {
        for (int i = 0; i < count; i++)
        {
            v[0] += v[1];
            v[2] += v[3];
            v[1] = BitOperations.RotateLeft(v[1], 13) ^ v[0];
            v[3] = BitOperations.RotateLeft(v[3], 16) ^ v[2];
            v[0] = BitOperations.RotateLeft(v[0], 32);
            v[2] += v[1];
            v[0] += v[3];
            v[1] = BitOperations.RotateLeft(v[1], 17) ^ v[2];
            v[3] = BitOperations.RotateLeft(v[3], 21) ^ v[0];
            v[2] = BitOperations.RotateLeft(v[2], 32);
        }
    }

    private sealed class Fixed(byte[] bytes) : RandomSource
    {
        private int _offset;

        public override void Fill(Span<byte> destination)
        {
            bytes.AsSpan(_offset, destination.Length).CopyTo(destination);
            _offset += destination.Length;
        }
    }
}

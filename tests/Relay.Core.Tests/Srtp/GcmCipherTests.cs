using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>OpenSSL is the oracle; both widths of GHASH run wherever the processor has them, whichever is chosen.</summary>
public class GcmCipherTests
{
    private const int LengthMax = 1599;
    private const int HeaderMax = 57;

    /// <summary>Bits that are multiplied at a time, bytes of the key.</summary>
    public static TheoryData<int, int> Variants => Ghash256.IsSupported
        ? new() { { 128, 16 }, { 128, 32 }, { 256, 16 }, { 256, 32 } }
        : new() { { 128, 16 }, { 128, 32 } };

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_length_agrees_with_openssl(int width, int keyLength)
    {
        using Bench bench = new(width, keyLength);
        for (int length = 0; length <= LengthMax; length++)
        {
            bench.Compare(length, header: 12, suffix: 0, prefix: 0);
            bench.Compare(length, header: 1 + (length % HeaderMax), suffix: length % 5, prefix: Math.Min(length, length % 7));
            bench.Compare(length, header: 20, suffix: 0, prefix: length * (length % 9) / 8);
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_header_agrees_with_openssl(int width, int keyLength)
    {
        using Bench bench = new(width, keyLength);
        for (int header = 0; header <= 300; header++)
        {
            foreach (int length in new[] { 0, 1, 15, 16, 111, 112, 113, 160, 239, 240, 241, 1200 })
            {
                bench.Compare(length, header, suffix: 0, prefix: Math.Min(length, 3));
                bench.Compare(length, header, suffix: 4, prefix: 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Nothing_mutated_is_taken_and_nothing_of_it_seen(int width, int keyLength)
    {
        using Bench bench = new(width, keyLength);
        foreach (int length in new[] { 0, 1, 17, 112, 130, 300 })
        {
            for (int bit = 0; bit < 8 * (length + 16 + 13); bit++)
            {
                bench.RefuseFlipped(length, bit);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Long_packets_agree_with_openssl(int width, int keyLength)
    {
        using Bench bench = new(width, keyLength);
        bench.Compare(65_500, 12, 0, 0);
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void Rfc_7714_section_16_packets_match(int width, int keyLength)
    {
        byte[] plain = Hex("8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573");
        byte[] expected = Hex(keyLength == 16
            ? "f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce"
            : "32b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b7aa3db36dfffd6b0f9bb7878d7a76c13");
        using SrtpCipher cipher = Create(width, Hex(keyLength == 16 ? Key128 : Key256), Hex(GcmSalt));
        byte[] output = new byte[expected.Length];
        Span<byte> body = output.AsSpan(0, plain.Length - 12);
        Span<byte> tag = output.AsSpan(body.Length);
        cipher.Seal(0x5501a0b2, 0xf17b, plain.AsSpan(0, 12), default, default, plain.AsSpan(12), body, tag);
        Assert.Equal(expected, output);
        Assert.True(cipher.Open(0x5501a0b2, 0xf17b, plain.AsSpan(0, 12), default, body, body, tag));
        Assert.Equal(plain.AsSpan(12), body);
    }

    [Fact]
    public void A_salt_of_the_wrong_length_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => new GcmCipher<Ghash128>(Hex(Key128), new byte[14]));

    private static SrtpCipher Create(int width, byte[] key, byte[] salt) =>
        width == 256 ? new GcmCipher<Ghash256>(key, salt) : new GcmCipher<Ghash128>(key, salt);

    private sealed class Bench : IDisposable
    {
        private readonly Random _random = new(7);
        private readonly byte[] _plain = new byte[65_536];
        private readonly byte[] _header = new byte[400];
        private readonly byte[] _tag = new byte[16];
        private readonly byte[] _expectedTag = new byte[16];
        private readonly SrtpCipher _cipher;
        private readonly EvpGcmCipher _seal;
        private readonly EvpGcmCipher _open;

        public Bench(int width, int keyLength)
        {
            byte[] key = new byte[keyLength];
            byte[] salt = new byte[12];
            _random.NextBytes(key);
            _random.NextBytes(salt);
            _random.NextBytes(_plain);
            _random.NextBytes(_header);
            _cipher = Create(width, key, salt);
            _seal = new EvpGcmCipher(key, salt, encrypt: true);
            _open = new EvpGcmCipher(key, salt, encrypt: false);
        }

        public void Compare(int length, int header, int suffix, int prefix)
        {
            uint ssrc = (uint)_random.NextInt64(1L << 32);
            ulong index = (ulong)_random.NextInt64(1L << 48);
            ReadOnlySpan<byte> plain = _plain.AsSpan(0, length);
            ReadOnlySpan<byte> clear = _header.AsSpan(0, header);
            ReadOnlySpan<byte> behind = _header.AsSpan(header, suffix);
            byte[] expected = new byte[length];
            byte[] body = new byte[length];
            _seal.Seal(ssrc, index, clear, behind, plain[..prefix], plain[prefix..], expected, _expectedTag);
            _cipher.Seal(ssrc, index, clear, behind, plain[..prefix], plain[prefix..], body, _tag);
            Assert.True(expected.AsSpan().SequenceEqual(body), $"sealed {length} bytes, prefix {prefix}");
            Assert.True(_expectedTag.AsSpan().SequenceEqual(_tag), $"tag of {length} bytes, header {header}+{suffix}");

            // The payload where it ends up.
            plain[prefix..].CopyTo(body.AsSpan(prefix));
            _cipher.Seal(ssrc, index, clear, behind, plain[..prefix], body.AsSpan(prefix), body, _tag);
            Assert.True(expected.AsSpan().SequenceEqual(body), $"sealed {length} bytes in place, prefix {prefix}");
            Assert.True(_expectedTag.AsSpan().SequenceEqual(_tag), $"tag of {length} bytes in place");

            byte[] output = new byte[length];
            Assert.True(_open.Open(ssrc, index, clear, behind, body, output, _tag));
            Array.Clear(output);
            Assert.True(_cipher.Open(ssrc, index, clear, behind, body, output, _tag), $"opening {length} bytes");
            Assert.True(plain.SequenceEqual(output), $"opened {length} bytes");
            Assert.True(expected.AsSpan().SequenceEqual(body), "the ciphertext stays");
            Assert.True(_cipher.Open(ssrc, index, clear, behind, body, body, _tag));
            Assert.True(plain.SequenceEqual(body), $"opened {length} bytes in place");
        }

        /// <summary>Flips a bit of body, tag or the 13 bytes of the header.</summary>
        public void RefuseFlipped(int length, int bit)
        {
            byte[] packet = new byte[length + 16 + 13];
            _header.AsSpan(0, 13).CopyTo(packet.AsSpan(length + 16));
            ReadOnlySpan<byte> plain = _plain.AsSpan(0, length);
            ReadOnlySpan<byte> clear = _header.AsSpan(0, 13);
            _seal.Seal(1, 2, clear, default, default, plain, packet.AsSpan(0, length), packet.AsSpan(length, 16));
            packet[bit / 8] ^= (byte)(1 << (bit % 8));
            byte[] before = (byte[])packet.Clone();
            byte[] output = [.. Enumerable.Repeat((byte)0x77, length)];
            ReadOnlySpan<byte> header = packet.AsSpan(length + 16);
            Span<byte> body = packet.AsSpan(0, length);
            ReadOnlySpan<byte> tag = packet.AsSpan(length, 16);
            Assert.False(_cipher.Open(1, 2, header, default, body, output, tag));
            Assert.False(output.AsSpan().ContainsAnyExcept((byte)0));
            Assert.False(_cipher.Open(1, 2, header, default, body, body, tag));
            Assert.Equal(before, packet);
        }

        public void Dispose()
        {
            _cipher.Dispose();
            _seal.Dispose();
            _open.Dispose();
        }
    }
}

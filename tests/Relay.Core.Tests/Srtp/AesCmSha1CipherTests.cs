using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>OpenSSL is the oracle.</summary>
public class AesCmSha1CipherTests
{
    private readonly byte[] _salt = MasterSalt(SrtpProfile.Aes128CmSha1_80);

    [Fact]
    public void Every_length_with_any_prefix_is_sealed_as_openssl_seals_it()
    {
        if (!AesCmSha1Cipher.IsSupported)
        {
            return;
        }

        Random random = new(1);
        for (int length = 0; length < 1600; length++)
        {
            byte[] key = new byte[16];
            byte[] authentication = new byte[20];
            random.NextBytes(key);
            random.NextBytes(authentication);
            using AesCmSha1Cipher cipher = new(key, authentication, _salt);
            using EvpCmSha1Cipher oracle = new(key, authentication, _salt);
            byte[] header = new byte[12 + random.Next(46)];
            byte[] plain = new byte[length];
            random.NextBytes(header);
            random.NextBytes(plain);
            uint ssrc = (uint)random.NextInt64(1L << 32);
            ulong index = (ulong)random.NextInt64(1L << 48);
            int prefix = Math.Min(length, random.Next(3) == 0 ? 0 : random.Next(12));
            (byte[] body, byte[] tag) = Seal(cipher, ssrc, index, header, plain, prefix);
            (byte[] expected, byte[] expectedTag) = Seal(oracle, ssrc, index, header, plain, prefix);
            Assert.Equal(expected, body);
            Assert.Equal(expectedTag, tag);

            byte[] opened = new byte[length];
            Assert.True(cipher.Open(ssrc, index, header, default, body, opened, tag));
            Assert.Equal(plain, opened);
            tag[random.Next(10)] ^= (byte)(1 << random.Next(8));
            Assert.False(cipher.Open(ssrc, index, header, default, body, body, tag));
            Assert.Equal(expected, body);
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void A_payload_may_lie_where_it_ends_up(int prefix)
    {
        if (!AesCmSha1Cipher.IsSupported)
        {
            return;
        }

        using AesCmSha1Cipher cipher = new(Hex(Key128), new byte[20], _salt);
        byte[] plain = RtpPacket(1, 500)[12..];
        (byte[] expected, byte[] tag) = Seal(cipher, Ssrc, 5, new byte[12], plain, prefix);
        byte[] body = (byte[])plain.Clone();
        byte[] tagInPlace = new byte[10];
        cipher.Seal(Ssrc, 5, new byte[12], default, plain.AsSpan(0, prefix), body.AsSpan(prefix), body, tagInPlace);
        Assert.Equal(expected, body);
        Assert.Equal(tag, tagInPlace);
        Assert.True(cipher.Open(Ssrc, 5, new byte[12], default, body, body, tag));
        Assert.Equal(plain, body);
    }

    [Fact]
    public void Dispose_clears_the_key()
    {
        if (!AesCmSha1Cipher.IsSupported)
        {
            return;
        }

        AesCmSha1Cipher cipher = new(Hex(Key128), new byte[20], _salt);
        AesCmSha1Cipher other = new(new byte[16], new byte[20], _salt);
        (byte[] before, byte[] _) = Seal(cipher, Ssrc, 5, new byte[12], new byte[100], 0);
        cipher.Dispose();
        other.Dispose();
        (byte[] after, byte[] _) = Seal(cipher, Ssrc, 5, new byte[12], new byte[100], 0);
        Assert.NotEqual(before, after);
        Assert.Equal(Seal(other, Ssrc, 5, new byte[12], new byte[100], 0).Body, after);
    }

    [Fact]
    public void Keys_of_the_wrong_length_are_a_bug()
    {
        if (AesCmSha1Cipher.IsSupported)
        {
            Assert.Throws<InvalidOperationException>(() => new AesCmSha1Cipher(new byte[32], new byte[20], _salt));
        }
    }

    private static (byte[] Body, byte[] Tag) Seal(
        SrtpCipher cipher, uint ssrc, ulong index, byte[] header, byte[] plain, int prefix)
    {
        byte[] body = new byte[plain.Length];
        byte[] tag = new byte[10];
        cipher.Seal(ssrc, index, header, default, plain.AsSpan(0, prefix), plain.AsSpan(prefix), body, tag);
        return (body, tag);
    }
}

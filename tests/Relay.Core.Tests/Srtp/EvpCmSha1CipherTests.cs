using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

[SuppressMessage("Security", "CA5350", Justification = "SRTP's authentication is HMAC-SHA1 (RFC 3711 section 4.2.1).")]
public class EvpCmSha1CipherTests
{
    /// <summary>Counter mode made of single blocks, and the framework's HMAC.</summary>
    [Fact]
    public void It_agrees_with_aes_block_by_block_and_with_the_frameworks_hmac()
    {
        byte[] key = Hex(Key128);
        byte[] authentication = MasterKey(SrtpProfile.AeadAes256Gcm)[..20];
        byte[] salt = MasterSalt(SrtpProfile.Aes128CmSha1_80);
        Random random = new(9);
        using Aes aes = Aes.Create();
        aes.Key = key;
        using EvpCmSha1Cipher cipher = new(key, authentication, salt);
        for (int i = 0; i < 200; i++)
        {
            byte[] header = new byte[12 + random.Next(30)];
            byte[] plain = new byte[random.Next(600)];
            byte[] suffix = new byte[4];
            random.NextBytes(header);
            random.NextBytes(plain);
            random.NextBytes(suffix);
            uint ssrc = (uint)random.NextInt64(1L << 32);
            ulong index = (ulong)random.NextInt64(1L << 48);
            byte[] body = new byte[plain.Length];
            byte[] tag = new byte[10];
            int prefix = random.Next(plain.Length + 1);
            cipher.Seal(ssrc, index, header, suffix, plain.AsSpan(0, prefix), plain.AsSpan(prefix), body, tag);

            byte[] iv = new byte[16];
            SrtpIv.WriteCounterMode(iv, salt, ssrc, index);
            Assert.Equal(CounterMode(aes, iv, plain), body);
            Assert.Equal(HMACSHA1.HashData(authentication, (byte[])[.. header, .. body, .. suffix])[..10], tag);
            Assert.True(cipher.Open(ssrc, index, header, suffix, body, body, tag));
            Assert.Equal(plain, body);
        }
    }

    [Fact]
    public void A_salt_of_the_wrong_length_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => new EvpCmSha1Cipher(Hex(Key128), new byte[20], new byte[12]));

    private static byte[] CounterMode(Aes aes, byte[] iv, byte[] plain)
    {
        byte[] output = new byte[plain.Length];
        byte[] counter = (byte[])iv.Clone();
        for (int at = 0; at < plain.Length; at += 16)
        {
            counter[14] = (byte)(at / 16 >> 8);
            counter[15] = (byte)(at / 16);
            byte[] keystream = aes.EncryptEcb(counter, PaddingMode.None);
            for (int i = at; i < Math.Min(at + 16, plain.Length); i++)
            {
                output[i] = (byte)(plain[i] ^ keystream[i - at]);
            }
        }

        return output;
    }
}

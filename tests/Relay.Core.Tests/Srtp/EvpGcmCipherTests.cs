using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class EvpGcmCipherTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void It_agrees_with_the_frameworks_gcm(int keyLength)
    {
        byte[] key = MasterKey(SrtpProfile.AeadAes256Gcm)[..keyLength];
        byte[] salt = Hex(GcmSalt);
        Random random = new(keyLength);
        using AesGcm reference = new(key, 16);
        using EvpGcmCipher cipher = new(key, salt, encrypt: true);
        for (int i = 0; i < 300; i++)
        {
            byte[] header = new byte[12 + random.Next(60)];
            byte[] plain = new byte[random.Next(1300)];
            random.NextBytes(header);
            random.NextBytes(plain);
            uint ssrc = (uint)random.NextInt64(1L << 32);
            ulong index = (ulong)random.NextInt64(1L << 48);
            byte[] body = new byte[plain.Length];
            byte[] tag = new byte[16];
            int prefix = random.Next(plain.Length + 1);
            int clear = random.Next(header.Length + 1);
            cipher.Seal(
                ssrc,
                index,
                header.AsSpan(0, clear),
                header.AsSpan(clear),
                plain.AsSpan(0, prefix),
                plain.AsSpan(prefix),
                body,
                tag);

            byte[] iv = new byte[12];
            byte[] expected = new byte[plain.Length];
            byte[] expectedTag = new byte[16];
            SrtpIv.WriteGcm(iv, salt, ssrc, index);
            reference.Encrypt(iv, plain, expected, expectedTag, header);
            Assert.Equal(expected, body);
            Assert.Equal(expectedTag, tag);
        }
    }

    [Fact]
    public void Sealing_in_place_gives_the_same_bytes()
    {
        byte[] packet = RtpPacket(1, 333);
        byte[] apart = new byte[333];
        byte[] tag = new byte[16];
        byte[] tagInPlace = new byte[16];
        using EvpGcmCipher cipher = new(Hex(Key128), Hex(GcmSalt), encrypt: true);
        cipher.Seal(Ssrc, 1, packet.AsSpan(0, 12), default, default, packet.AsSpan(12), apart, tag);
        cipher.Seal(Ssrc, 1, packet.AsSpan(0, 12), default, default, packet.AsSpan(12), packet.AsSpan(12), tagInPlace);
        Assert.Equal(apart, packet[12..]);
        Assert.Equal(tag, tagInPlace);
    }

    [Fact]
    public void A_salt_of_the_wrong_length_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => new EvpGcmCipher(Hex(Key128), new byte[14], encrypt: true));
}

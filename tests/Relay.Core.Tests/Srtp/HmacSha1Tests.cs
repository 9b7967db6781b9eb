using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

[SuppressMessage("Security", "CA5350", Justification = "SRTP's authentication is HMAC-SHA1 (RFC 3711 section 4.2.1).")]
public class HmacSha1Tests
{
    [Theory]
    [InlineData("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265", "b617318655057264e28bc0b6fb378c8ef146be00")]
    [InlineData(
        "4a656665",
        "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79")]
    public void Rfc_2202_digests_match(string key, string data, string expected)
    {
        byte[] digest = new byte[20];
        using HmacSha1 hmac = new(Hex(key));
        hmac.Compute(Hex(data), default, default, digest);
        Assert.Equal(Hex(expected), digest);
    }

    [Fact]
    public void Pieces_of_any_length_are_hashed_in_order_and_the_key_stays()
    {
        byte[] key = MasterKey(SrtpProfile.AeadAes256Gcm)[..20];
        byte[] data = new byte[700];
        new Random(5).NextBytes(data);
        byte[] digest = new byte[20];
        using HmacSha1 hmac = new(key);
        for (int length = 0; length <= data.Length; length++)
        {
            int first = length / 3;
            int second = length / 2;
            hmac.Compute(data.AsSpan(0, first), data.AsSpan(first, second - first), data.AsSpan(second, length - second), digest);
            Assert.Equal(HMACSHA1.HashData(key, data.AsSpan(0, length)), digest);
        }
    }

    [Fact]
    public void Dispose_clears_the_key()
    {
        byte[] before = new byte[20];
        byte[] after = new byte[20];
        HmacSha1 hmac = new(new byte[20]);
        hmac.Compute(new byte[5], default, default, before);
        hmac.Dispose();
        hmac.Compute(new byte[5], default, default, after);
        Assert.NotEqual(before, after);
    }

    [Fact]
    public void Wrong_lengths_are_a_bug()
    {
        Assert.Throws<InvalidOperationException>(() => new HmacSha1(default));
        Assert.Throws<InvalidOperationException>(() => new HmacSha1(new byte[65]));
        using HmacSha1 hmac = new(new byte[64]);
        Assert.Throws<InvalidOperationException>(() => hmac.Compute(default, default, default, new byte[19]));
    }
}

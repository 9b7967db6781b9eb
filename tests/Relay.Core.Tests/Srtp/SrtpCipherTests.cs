using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpCipherTests
{
    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Each_profile_gets_a_cipher_with_its_tag(SrtpProfile profile)
    {
        using SrtpCipher cipher = Derive(profile, encrypt: true);
        Assert.Equal(SrtpProfiles.TagLength(profile), cipher.TagLength);
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void A_body_of_any_length_survives_with_any_prefix(SrtpProfile profile)
    {
        using SrtpCipher seal = Derive(profile, encrypt: true);
        using SrtpCipher open = Derive(profile, encrypt: false);
        byte[] header = RtpPacket(7)[..12];
        byte[] tag = new byte[seal.TagLength];
        byte[] plain = new byte[200];
        new Random(1).NextBytes(plain);
        for (int length = 0; length <= plain.Length; length++)
        {
            int prefix = Math.Min(length, length % 19);
            byte[] body = new byte[length];
            seal.Seal(Ssrc, 7, header, default, plain.AsSpan(0, prefix), plain.AsSpan(prefix, length - prefix), body, tag);
            Assert.True(length < 8 || !body.AsSpan().SequenceEqual(plain.AsSpan(0, length)));
            Assert.True(open.Open(Ssrc, 7, header, default, body, body, tag));
            Assert.Equal(plain[..length], body);
        }
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Whatever_differs_the_body_is_left_as_it_was(SrtpProfile profile)
    {
        using SrtpCipher seal = Derive(profile, encrypt: true);
        using SrtpCipher open = Derive(profile, encrypt: false);
        byte[] header = RtpPacket(7)[..12];
        byte[] otherHeader = RtpPacket(8)[..12];
        byte[] suffix = [1, 2, 3, 4];
        byte[] otherSuffix = [1, 2, 3, 5];
        byte[] tag = new byte[seal.TagLength];
        byte[] body = new byte[77];
        seal.Seal(Ssrc, 7, header, suffix, default, RtpPacket(7, 77).AsSpan(12), body, tag);
        byte[] before = (byte[])body.Clone();

        Assert.False(open.Open(Ssrc, 7, otherHeader, suffix, body, body, tag));
        Assert.False(open.Open(Ssrc, 7, header, otherSuffix, body, body, tag));
        Assert.False(open.Open(Ssrc, 7, header, suffix, body, body, new byte[tag.Length]));
        if (SrtpProfiles.IsAead(profile))
        {
            // In AES-CM the IV is authenticated through the header and the suffix, which the caller writes.
            Assert.False(open.Open(Ssrc + 1, 7, header, suffix, body, body, tag));
            Assert.False(open.Open(Ssrc, 8, header, suffix, body, body, tag));
        }

        Assert.Equal(before, body);
        byte[] apart = [.. Enumerable.Repeat((byte)0x77, body.Length)];
        Assert.False(open.Open(Ssrc, 7, otherHeader, suffix, body, apart, tag));
        Assert.Equal(new byte[body.Length], apart);
        Assert.Equal(before, body);
        Assert.True(open.Open(Ssrc, 7, header, suffix, body, apart, tag));
        Assert.Equal(RtpPacket(7, 77)[12..], apart);
        Assert.Equal(before, body);
        Assert.True(open.Open(Ssrc, 7, header, suffix, body, body, tag));
        Assert.Equal(RtpPacket(7, 77)[12..], body);
    }

    [Fact]
    public void An_unsupported_profile_is_a_bug() =>
        Assert.Throws<InvalidOperationException>(() => Derive(SrtpProfile.None, encrypt: true));

    private static SrtpCipher Derive(SrtpProfile profile, bool encrypt) =>
        SrtpCipher.Derive(profile, MasterKey(profile), MasterSalt(profile), isRtcp: false, encrypt);
}

using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpSessionKeysTests
{
    [Fact]
    public void The_keys_of_rfc_3711_appendix_b_3_come_out_in_their_places()
    {
        SrtpSessionKeys keys = SrtpSessionKeys.Derive(
            SrtpProfile.Aes128CmSha1_80,
            Hex("e1f97a0d3e018be0d64fa32c06de4139"),
            Hex("0ec675ad498afeebb6960b3aabe6"),
            isRtcp: false,
            new byte[SrtpSessionKeys.StorageBytes]);
        Assert.Equal(Hex("c61e7a93744f39ee10734afe3ff7a087"), keys.EncryptionKey.ToArray());
        Assert.Equal(Hex("30cbbc08863d8c85d49db34a9ae1"), keys.Salt.ToArray());
        Assert.Equal(Hex("cebe321f6ff7716b6fd4ab49af256a156d38baa4"), keys.AuthenticationKey.ToArray());
    }

    [Theory]
    [MemberData(nameof(Profiles), MemberType = typeof(SrtpBench))]
    public void Rtp_and_rtcp_share_no_key(SrtpProfile profile)
    {
        byte[] storage = new byte[SrtpSessionKeys.StorageBytes];
        byte[] other = new byte[SrtpSessionKeys.StorageBytes];
        SrtpSessionKeys rtp = SrtpSessionKeys.Derive(profile, MasterKey(profile), MasterSalt(profile), false, storage);
        SrtpSessionKeys rtcp = SrtpSessionKeys.Derive(profile, MasterKey(profile), MasterSalt(profile), true, other);
        Assert.NotEqual(rtp.EncryptionKey.ToArray(), rtcp.EncryptionKey.ToArray());
        Assert.NotEqual(rtp.Salt.ToArray(), rtcp.Salt.ToArray());
        Assert.Equal(SrtpProfiles.KeyLength(profile), rtp.EncryptionKey.Length);
        Assert.Equal(SrtpProfiles.SaltLength(profile), rtp.Salt.Length);
        Assert.Equal(profile == SrtpProfile.Aes128CmSha1_80 ? 20 : 0, rtp.AuthenticationKey.Length);
        if (rtp.AuthenticationKey.Length > 0)
        {
            Assert.NotEqual(rtp.AuthenticationKey.ToArray(), rtcp.AuthenticationKey.ToArray());
        }
    }

    [Fact]
    public void Keys_of_the_wrong_length_are_a_bug()
    {
        Assert.Throws<InvalidOperationException>(() => Derive(SrtpProfile.AeadAes256Gcm, 16, 12));
        Assert.Throws<InvalidOperationException>(() => Derive(SrtpProfile.AeadAes128Gcm, 16, 14));
        Assert.Throws<InvalidOperationException>(() => Derive(SrtpProfile.None, 16, 14));
    }

    private static void Derive(SrtpProfile profile, int key, int salt) =>
        SrtpSessionKeys.Derive(profile, new byte[key], new byte[salt], false, new byte[SrtpSessionKeys.StorageBytes]);
}

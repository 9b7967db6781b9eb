using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class SrtpProfilesTests
{
    [Theory]
    [InlineData(SrtpProfile.None, 0, 0, 0, 0)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, 16, 14, 10, 60)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 16, 12, 16, 56)]
    [InlineData(SrtpProfile.AeadAes256Gcm, 32, 12, 16, 88)]
    [InlineData((SrtpProfile)0x0002, 0, 0, 0, 0)]
    public void Lengths_are_those_of_the_rfcs(SrtpProfile profile, int key, int salt, int tag, int material)
    {
        Assert.Equal(key, SrtpProfiles.KeyLength(profile));
        Assert.Equal(salt, SrtpProfiles.SaltLength(profile));
        Assert.Equal(tag, SrtpProfiles.TagLength(profile));
        Assert.Equal(material, SrtpProfiles.KeyingMaterialLength(profile));
        Assert.Equal(key != 0, SrtpProfiles.IsSupported(profile));
    }

    [Fact]
    public void The_maxima_hold_for_every_profile()
    {
        foreach (SrtpProfile profile in Enum.GetValues<SrtpProfile>())
        {
            Assert.True(SrtpProfiles.KeyLength(profile) <= SrtpProfiles.KeyMaxBytes);
            Assert.True(SrtpProfiles.SaltLength(profile) <= SrtpProfiles.SaltMaxBytes);
            Assert.True(SrtpProfiles.TagLength(profile) <= SrtpProfiles.TagMaxBytes);
            Assert.True(SrtpProfiles.KeyingMaterialLength(profile) <= SrtpProfiles.KeyingMaterialMaxBytes);
        }
    }

    [Fact]
    public void Only_the_gcm_profiles_are_aead()
    {
        Assert.True(SrtpProfiles.IsAead(SrtpProfile.AeadAes128Gcm));
        Assert.True(SrtpProfiles.IsAead(SrtpProfile.AeadAes256Gcm));
        Assert.False(SrtpProfiles.IsAead(SrtpProfile.Aes128CmSha1_80));
        Assert.False(SrtpProfiles.IsAead(SrtpProfile.None));
    }
}

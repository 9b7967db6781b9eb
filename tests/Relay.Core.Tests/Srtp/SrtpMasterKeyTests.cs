using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public sealed class SrtpMasterKeyTests
{
    [Theory]
    [InlineData(SrtpProfile.Aes128CmSha1_80, 30)]
    [InlineData(SrtpProfile.AeadAes128Gcm, 28)]
    [InlineData(SrtpProfile.AeadAes256Gcm, 44)]
    public void A_key_has_the_length_of_its_profile(SrtpProfile profile, int length)
    {
        Assert.Equal(length, SrtpMasterKey.Length(profile));
        byte[] bytes = new byte[length + 1];
        Assert.True(SrtpMasterKey.TryCreate(profile, bytes.AsSpan(0, length), out _));
        Assert.False(SrtpMasterKey.TryCreate(profile, bytes, out _));
        Assert.False(SrtpMasterKey.TryCreate(profile, bytes.AsSpan(0, length - 1), out _));
    }

    [Fact]
    public void There_is_no_key_without_a_profile()
    {
        Assert.False(SrtpMasterKey.TryCreate(SrtpProfile.None, default, out SrtpMasterKey key));
        Assert.Throws<InvalidOperationException>(() => key.CreateOutbound(SrtpProfile.AeadAes128Gcm));
    }

    [Fact]
    public void The_key_comes_first_and_the_salt_behind_it()
    {
        byte[] bytes = [.. Enumerable.Range(0, 28).Select(i => (byte)i)];
        Assert.True(SrtpMasterKey.TryCreate(SrtpProfile.AeadAes128Gcm, bytes, out SrtpMasterKey key));
        using SrtpOutbound outbound = key.CreateOutbound(SrtpProfile.AeadAes128Gcm);
        using var inbound = new SrtpInbound(SrtpProfile.AeadAes128Gcm, bytes.AsSpan(0, 16), bytes.AsSpan(16));
        using SrtpInbound other = key.CreateInbound(SrtpProfile.AeadAes128Gcm, 4);
        byte[] packet = new byte[64];
        byte[] header = [0x80, 111, 0, 1, 0, 0, 0, 0, 0, 0, 0, 9];
        Assert.Equal(DropReason.None, outbound.Protect(header, default, [1, 2, 3], packet, out int length));
        byte[] copy = packet[..length];
        Assert.Equal(DropReason.None, inbound.Unprotect(packet.AsSpan(0, length), packet, out int plain));
        Assert.Equal([1, 2, 3], packet[12..plain]);
        Assert.Equal(DropReason.None, other.Unprotect(copy, copy, out _));
    }
}

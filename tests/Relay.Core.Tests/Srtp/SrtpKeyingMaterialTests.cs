using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class SrtpKeyingMaterialTests
{
    [Fact]
    public void The_exporter_order_is_client_key_server_key_client_salt_server_salt()
    {
        byte[] exported = Exported(SrtpProfile.Aes128CmSha1_80);
        SrtpKeyingMaterial server = new(SrtpProfile.Aes128CmSha1_80, exported, isDtlsServer: true);
        Assert.Equal(exported[..16], server.InboundKey.ToArray());
        Assert.Equal(exported[16..32], server.OutboundKey.ToArray());
        Assert.Equal(exported[32..46], server.InboundSalt.ToArray());
        Assert.Equal(exported[46..60], server.OutboundSalt.ToArray());
    }

    [Theory]
    [MemberData(nameof(SrtpBench.Profiles), MemberType = typeof(SrtpBench))]
    public void Server_and_client_understand_each_other_both_ways(SrtpProfile profile)
    {
        byte[] exported = Exported(profile);
        SrtpKeyingMaterial server = new(profile, exported, isDtlsServer: true);
        SrtpKeyingMaterial client = new(profile, exported, isDtlsServer: false);
        using SrtpOutbound fromServer = server.CreateOutbound();
        using SrtpInbound toServer = server.CreateInbound();
        using SrtpOutbound fromClient = client.CreateOutbound();
        using SrtpInbound toClient = client.CreateInbound();

        byte[] down = SrtpBench.Protect(fromServer, SrtpBench.RtpPacket(1));
        byte[] up = SrtpBench.Protect(fromClient, SrtpBench.RtpPacket(1));
        Assert.NotEqual(down, up);
        Assert.Equal(DropReason.SrtpAuthenticationFailed, SrtpBench.Unprotect(toServer, down));
        Assert.Equal(DropReason.None, SrtpBench.Unprotect(toClient, down));
        Assert.Equal(DropReason.None, SrtpBench.Unprotect(toServer, up));
    }

    [Fact]
    public void More_bytes_than_needed_are_fine_and_fewer_are_a_bug()
    {
        byte[] exported = new byte[SrtpProfiles.KeyingMaterialMaxBytes];
        SrtpKeyingMaterial material = new(SrtpProfile.AeadAes128Gcm, exported, isDtlsServer: true);
        Assert.Equal(16, material.InboundKey.Length);
        Assert.Throws<InvalidOperationException>(() => Make(SrtpProfile.AeadAes128Gcm, 55));
        Assert.Throws<InvalidOperationException>(() => Make(SrtpProfile.None, 100));
    }

    private static void Make(SrtpProfile profile, int length) => _ = new SrtpKeyingMaterial(profile, new byte[length], true);

    private static byte[] Exported(SrtpProfile profile)
    {
        byte[] exported = new byte[SrtpProfiles.KeyingMaterialLength(profile)];
        for (int i = 0; i < exported.Length; i++)
        {
            exported[i] = (byte)(i + 1);
        }

        return exported;
    }
}

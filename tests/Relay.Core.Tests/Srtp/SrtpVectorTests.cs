using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

/// <summary>Published packets: RFC 7714 sections 16 and 17, and those that libsrtp checks itself with.</summary>
public class SrtpVectorTests
{
    private const string GallicWar =
        "8040f17b8041f8d35501a0b247616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573";

    private const string Srtp128 =
        "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833"
        + "899d7f27beb16a9152cf765ee4390cce";

    private const string Srtp256 =
        "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3b50b2a0276ffae0f1ba63799b87b"
        + "7aa3db36dfffd6b0f9bb7878d7a76c13";

    private const string MarsReport =
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61deadbeefdeadbeefdeadbeefdeadbeefdeadbeef";

    private const string Srtcp128 =
        "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32dc676a5f1730d6fda4ce09b4686303ded0bb9275b"
        + "c84aa45896cf4d2fc5abf87245d9eade800005d4";

    private const string Srtcp256 =
        "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50a2eaa5c1110555be8415f658c61de0476f1b6fad"
        + "1d1eb30c4446839f57ff6f6cb26ac3be800005d4";

    private const int MarsIndex = 0x5d4;

    private const string LibsrtpRtp = "800f1234decafbadcafebabeabababababababababababababababab";
    private const string LibsrtpRtcp = "81c8000bcafebabeabababababababababababababababab";
    private const string LibsrtpGcmSalt = "a0a1a2a3a4a5a6a7a8a9aaab";

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, Key128, Srtp128)]
    [InlineData(SrtpProfile.AeadAes256Gcm, Key256, Srtp256)]
    public void Rfc_7714_section_16_packets_are_sealed_and_opened(SrtpProfile profile, string key, string expected)
    {
        using SrtpOutbound outbound = OutboundWith(profile, key, GcmSalt);
        Assert.Equal(Hex(expected), Protect(outbound, Hex(GallicWar)));

        using SrtpInbound inbound = InboundWith(profile, key, GcmSalt);
        Assert.Equal(DropReason.None, Unprotect(inbound, Hex(expected), out byte[] plain));
        Assert.Equal(Hex(GallicWar), plain);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, Key128, Srtcp128)]
    [InlineData(SrtpProfile.AeadAes256Gcm, Key256, Srtcp256)]
    public void Rfc_7714_sections_17_1_and_17_2_reports_are_sealed_and_opened(SrtpProfile profile, string key, string expected)
    {
        using SrtpOutbound outbound = OutboundWith(profile, key, GcmSalt);
        outbound.RestartRtcp(MarsIndex);
        Assert.Equal(Hex(expected), ProtectRtcp(outbound, Hex(MarsReport)));

        using SrtpInbound inbound = InboundWith(profile, key, GcmSalt);
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, Hex(expected), out byte[] plain));
        Assert.Equal(Hex(MarsReport), plain);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, Key128, "841dd9683dd78ec92ae58790125f62b3")]
    [InlineData(SrtpProfile.AeadAes256Gcm, Key256, "91db4afbfeee5a978fab4393ed2615fe")]
    public void Rfc_7714_sections_17_3_and_17_4_reports_in_the_clear_are_authenticated(
        SrtpProfile profile,
        string key,
        string tag)
    {
        byte[] packet = Hex(MarsReport + tag + "000005d4");
        using SrtpInbound inbound = InboundWith(profile, key, GcmSalt);
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, packet, out byte[] plain));
        Assert.Equal(Hex(MarsReport), plain);
        Assert.Equal(DropReason.SrtpReplayed, UnprotectRtcp(inbound, packet));

        using SrtpInbound fresh = InboundWith(profile, key, GcmSalt);
        packet[20] ^= 1;
        Assert.Equal(DropReason.SrtpAuthenticationFailed, UnprotectRtcp(fresh, packet));
    }

    /// <summary>Sections 16.1.3, 16.1.4, 16.2.3 and 16.2.4: RTP that is authenticated and not encrypted.</summary>
    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, Key128, "22493f82d2bce397e9d79e3b19aa4216")]
    [InlineData(SrtpProfile.AeadAes256Gcm, Key256, "a866d5910f887463067ceefec45215d4")]
    public void Rfc_7714_section_16_tags_without_encryption_match(SrtpProfile profile, string key, string expected)
    {
        byte[] packet = Hex(GallicWar);
        byte[] tag = new byte[16];
        using SrtpCipher seal = Cipher(profile, key, GcmSalt, "", encrypt: true);
        seal.Seal(0x5501a0b2, 0xf17b, packet, default, default, default, default, tag);
        Assert.Equal(Hex(expected), tag);

        using SrtpCipher open = Cipher(profile, key, GcmSalt, "", encrypt: false);
        Assert.True(open.Open(0x5501a0b2, 0xf17b, packet, default, default, default, tag));
        tag[15] ^= 0x80;
        Assert.False(open.Open(0x5501a0b2, 0xf17b, packet, default, default, default, tag));
    }

    [Theory]
    [InlineData(
        SrtpProfile.Aes128CmSha1_80,
        "e1f97a0d3e018be0d64fa32c06de4139",
        "0ec675ad498afeebb6960b3aabe6",
        "4e55dc4ce79978d88ca4d215949d2402b78d6acc99ea179b8dbb")]
    [InlineData(
        SrtpProfile.AeadAes128Gcm,
        Key128,
        LibsrtpGcmSalt,
        "c5002ede04cfdd2eb91159e0880aa06ed2976826f796b201df3131a127e8a392")]
    [InlineData(
        SrtpProfile.AeadAes256Gcm,
        Key256,
        LibsrtpGcmSalt,
        "0af7f21e8a90bdad7a425c9c31ed4bb1d90238917e7390a2793500e1681acaea")]
    public void The_rtp_reference_packet_is_sealed_and_opened(SrtpProfile profile, string key, string salt, string expected)
    {
        byte[] wire = Hex(LibsrtpRtp[..24] + expected);
        using SrtpOutbound outbound = new(profile, Hex(key), Hex(salt));
        Assert.Equal(wire, Protect(outbound, Hex(LibsrtpRtp)));

        using SrtpInbound inbound = new(profile, Hex(key), Hex(salt));
        Assert.Equal(DropReason.None, Unprotect(inbound, wire, out byte[] plain));
        Assert.Equal(Hex(LibsrtpRtp), plain);
    }

    [Theory]
    [InlineData(
        SrtpProfile.Aes128CmSha1_80,
        "e1f97a0d3e018be0d64fa32c06de4139",
        "0ec675ad498afeebb6960b3aabe6",
        "7128035be487b9bdbef89041f977a5a880000001993e08cd54d6c1230798")]
    [InlineData(
        SrtpProfile.AeadAes128Gcm,
        Key128,
        LibsrtpGcmSalt,
        "c98b8b5df0392a55852b6c21ac8e7025c52c6fbea2b3b446ea31123ba88ce61e80000001")]
    public void The_rtcp_reference_packet_is_sealed_and_opened(SrtpProfile profile, string key, string salt, string expected)
    {
        byte[] wire = Hex(LibsrtpRtcp[..16] + expected);
        using SrtpOutbound outbound = new(profile, Hex(key), Hex(salt));
        Assert.Equal(wire, ProtectRtcp(outbound, Hex(LibsrtpRtcp)));

        using SrtpInbound inbound = new(profile, Hex(key), Hex(salt));
        Assert.Equal(DropReason.None, UnprotectRtcp(inbound, wire, out byte[] plain));
        Assert.Equal(Hex(LibsrtpRtcp), plain);
    }

    /// <summary>RFC 3711 appendix B.2: the keystream of SSRC 0 and index 0, read off a payload of zeros.</summary>
    [Fact]
    public void Rfc_3711_appendix_b_2_keystream_matches()
    {
        const int Blocks = 0xFF03;
        byte[] plain = new byte[Blocks * 16];
        byte[] keystream = new byte[plain.Length];
        byte[] tag = new byte[10];
        using SrtpCipher cipher = Cipher(
            SrtpProfile.Aes128CmSha1_80,
            "2b7e151628aed2a6abf7158809cf4f3c",
            "f0f1f2f3f4f5f6f7f8f9fafbfcfd",
            new string('0', 40),
            encrypt: true);
        cipher.Seal(0, 0, new byte[12], default, default, plain, keystream, tag);

        Assert.Equal(Hex("e03ead0935c95e80e166b16dd92b4eb4"), keystream[..16]);
        Assert.Equal(Hex("d23513162b02d0f72a43a2fe4a5f97ab"), keystream[16..32]);
        Assert.Equal(Hex("41e95b3bb0a2e8dd477901e4fca894c0"), keystream[32..48]);
        Assert.Equal(Hex("ec8cdf7398607cb0f2d21675ea9ea1e4"), keystream[(0xFEFF * 16)..(0xFF00 * 16)]);
        Assert.Equal(Hex("362b7c3c6773516318a077d7fc5073ae"), keystream[(0xFF00 * 16)..(0xFF01 * 16)]);
        Assert.Equal(Hex("6a2cc3787889374fbeb4c81b17ba6c44"), keystream[(0xFF01 * 16)..(0xFF02 * 16)]);
    }

    [Fact]
    public void An_encrypted_report_with_its_flag_cleared_is_refused()
    {
        byte[] packet = Hex(Srtcp128);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(packet.Length - 4), MarsIndex);
        using SrtpInbound inbound = InboundWith(SrtpProfile.AeadAes128Gcm, Key128, GcmSalt);
        Assert.Equal(DropReason.SrtpAuthenticationFailed, UnprotectRtcp(inbound, packet));
    }
}

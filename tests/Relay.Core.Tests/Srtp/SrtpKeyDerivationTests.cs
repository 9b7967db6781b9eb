using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpKeyDerivationTests
{
    [Theory]
    [InlineData(SrtpKeyDerivation.EncryptionLabel, "c61e7a93744f39ee10734afe3ff7a087")]
    [InlineData(SrtpKeyDerivation.SaltLabel, "30cbbc08863d8c85d49db34a9ae1")]
    [InlineData(
        SrtpKeyDerivation.AuthenticationLabel,
        "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbcee049646c43d9327ad175578ef72270986371c10c9a369ac2"
        + "f94a8c5fbcdddc256d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2")]
    public void Rfc_3711_appendix_b_3_keys_are_derived(byte label, string expected)
    {
        byte[] output = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(Hex("e1f97a0d3e018be0d64fa32c06de4139"), Hex("0ec675ad498afeebb6960b3aabe6"), label, output);
        Assert.Equal(Hex(expected), output);
    }

    [Theory]
    [InlineData(SrtpKeyDerivation.EncryptionLabel, "5ba1064e30ec51613cad926c5a28ef731ec7fb397f70a960653caf06554cd8c4")]
    [InlineData(SrtpKeyDerivation.SaltLabel, "fa31791685ca444a9e07c6c64e93")]
    [InlineData(SrtpKeyDerivation.AuthenticationLabel, "fd9c32d39ed5fbb5a9dc96b30818454d1313dc05")]
    public void Rfc_6188_section_7_2_keys_are_derived_from_256_bits(byte label, string expected)
    {
        byte[] output = new byte[expected.Length / 2];
        SrtpKeyDerivation.Derive(
            Hex("f0f04914b513f2763a1b1fa130f10e2998f6f6e43e4309d1e622a0e332b9f1b6"),
            Hex("3b04803de51ee7c96423ab5b78d2"),
            label,
            output);
        Assert.Equal(Hex(expected), output);
    }

    [Fact]
    public void A_short_salt_gets_zeros_appended()
    {
        byte[] fromShort = new byte[16];
        byte[] fromPadded = new byte[16];
        SrtpKeyDerivation.Derive(Hex(Key128), Hex(GcmSalt), SrtpKeyDerivation.EncryptionLabel, fromShort);
        SrtpKeyDerivation.Derive(Hex(Key128), Hex(GcmSalt + "0000"), SrtpKeyDerivation.EncryptionLabel, fromPadded);
        Assert.Equal(fromPadded, fromShort);
    }

    [Fact]
    public void What_the_output_held_before_does_not_matter()
    {
        byte[] clean = new byte[20];
        byte[] dirty = new byte[20];
        Array.Fill(dirty, (byte)0xFF);
        SrtpKeyDerivation.Derive(Hex(Key256), Hex(GcmSalt), SrtpKeyDerivation.AuthenticationLabel, clean);
        SrtpKeyDerivation.Derive(Hex(Key256), Hex(GcmSalt), SrtpKeyDerivation.AuthenticationLabel, dirty);
        Assert.Equal(clean, dirty);
    }
}

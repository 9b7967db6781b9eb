using System.Runtime.Intrinsics;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public class SrtpIvTests
{
    [Theory]
    [InlineData(0x5501a0b2, 0xf17b, "51753c6580c2726f20718414")] // RFC 7714 section 16: RTP
    [InlineData(0x4d617273, 0x05d4, "517524055203726f207170bb")] // RFC 7714 section 17: RTCP
    public void Gcm_mixes_ssrc_and_index_into_the_salt(uint ssrc, long index, string expected)
    {
        byte[] iv = new byte[12];
        SrtpIv.WriteGcm(iv, Hex(GcmSalt), ssrc, (ulong)index);
        Assert.Equal(Hex(expected), iv);
    }

    [Fact]
    public void All_48_bits_of_the_index_are_in_their_places()
    {
        byte[] gcm = new byte[12];
        SrtpIv.WriteGcm(gcm, new byte[12], 0xA1A2A3A4, 0x0102_0304_0506);
        Assert.Equal(Hex("0000 a1a2a3a4 010203040506"), gcm);

        byte[] counter = new byte[16];
        SrtpIv.WriteCounterMode(counter, new byte[14], 0xA1A2A3A4, 0x0102_0304_0506);
        Assert.Equal(Hex("00000000 a1a2a3a4 010203040506 0000"), counter);
    }

    [Fact]
    public void Counter_mode_leaves_the_block_counter_at_zero()
    {
        byte[] iv = new byte[16];
        Array.Fill(iv, (byte)0xFF);
        SrtpIv.WriteCounterMode(iv, Hex("30cbbc08863d8c85d49db34a9ae1"), 0xcafebabe, 0x1234);
        Assert.Equal(Hex("30cbbc084cc3363bd49db34a88d50000"), iv);
    }

    [Fact]
    public void In_a_register_the_ivs_are_the_same()
    {
        byte[] salt = [.. MasterSalt(SrtpProfile.Aes128CmSha1_80), 0, 0];
        byte[] written = new byte[16];
        SrtpIv.WriteCounterMode(written, salt.AsSpan(0, 14), 0xDEADBEEF, 0x123456789ABC);
        Assert.Equal(Vector128.Create(written), SrtpIv.CounterMode(Vector128.Create(salt), 0xDEADBEEF, 0x123456789ABC));

        salt.AsSpan(12).Clear();
        written.AsSpan().Clear();
        SrtpIv.WriteGcm(written, salt.AsSpan(0, 12), 0xDEADBEEF, 0x123456789ABC);
        Assert.Equal(Vector128.Create(written), SrtpIv.Gcm(Vector128.Create(salt), 0xDEADBEEF, 0x123456789ABC));
    }
}

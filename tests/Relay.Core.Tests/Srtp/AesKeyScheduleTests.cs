using System.Security.Cryptography;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Core.Tests.Srtp.SrtpBench;

namespace Relay.Core.Tests.Srtp;

public unsafe class AesKeyScheduleTests
{
    /// <summary>FIPS 197 appendices A.1 and A.3: the last round key, which depends on all others.</summary>
    [Theory]
    [InlineData("2b7e151628aed2a6abf7158809cf4f3c", 10, "d014f9a8c9ee2589e13f0cc8b6630ca6")]
    [InlineData(
        "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4", 14, "fe4890d1e6188d0b046df344706c631e")]
    public void Fips_197_round_keys_match(string key, int rounds, string last)
    {
        Assert.True(AesRound.IsSupported);
        using AesKeySchedule schedule = new(Hex(key));
        Assert.Equal(rounds, schedule.Rounds);
        Assert.Equal(Hex(key), new Span<byte>(schedule.RoundKeys, key.Length / 2).ToArray());
        Assert.Equal(Hex(last), new Span<byte>(schedule.RoundKeys + (rounds * 16), 16).ToArray());
        GC.KeepAlive(schedule);
    }

    [Fact]
    public void Dispose_clears_the_keys()
    {
        AesKeySchedule schedule = new(RandomNumberGenerator.GetBytes(32));
        schedule.Dispose();
        Assert.False(new Span<byte>(schedule.RoundKeys, 15 * 16).ContainsAnyExcept((byte)0));
        GC.KeepAlive(schedule);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(24)]
    public void A_key_of_the_wrong_length_is_a_bug(int length) =>
        Assert.Throws<InvalidOperationException>(() => new AesKeySchedule(new byte[length]));
}

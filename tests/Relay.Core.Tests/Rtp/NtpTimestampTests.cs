using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class NtpTimestampTests
{
    [Theory]
    [InlineData(0L, 0x0000_0000_0000_0000UL)]
    [InlineData(10_000_000L, 0x0000_0001_0000_0000UL)]
    [InlineData(5_000_000L, 0x0000_0000_8000_0000UL)]
    [InlineData(12_500_000L, 0x0000_0001_4000_0000UL)]
    [InlineData(-2_500_000L, 0xFFFF_FFFF_C000_0000UL)]
    [InlineData(1_000_000L * 365 * 86_400 * 10, 0x01E1_3380_0000_0000UL)]
    public void Instants_become_seconds_and_fraction(long ticks, ulong expected)
    {
        NtpTimestamp ntp = NtpTimestamp.FromInstant(new Instant(ticks));
        Assert.Equal(expected, ntp.Value);
        Assert.Equal((uint)(expected >> 32), ntp.Seconds);
        Assert.Equal((uint)expected, ntp.Fraction);
    }

    [Fact]
    public void The_middle_is_the_low_seconds_and_the_high_fraction() =>
        // The example of RFC 3550 figure 2.
        Assert.Equal(0xB705_2000u, new NtpTimestamp(0xB44D_B705_2000_0000UL).Middle32);

    [Theory]
    [InlineData(0, 0u)]
    [InlineData(-5_000_000, 0u)]
    [InlineData(10_000_000, 65_536u)]
    [InlineData(52_500_000, 0x0005_4000u)]
    [InlineData(152, 0u)]
    [InlineData(153, 1u)]
    [InlineData(655_359_999_999, 0xFFFF_FFFFu)]
    [InlineData(655_360_000_000, 0xFFFF_FFFFu)]
    [InlineData(long.MaxValue, 0xFFFF_FFFFu)]
    public void Delays_are_in_units_of_one_65536th_second(long ticks, uint expected) =>
        Assert.Equal(expected, NtpTimestamp.ToDelayUnits(new TimeSpan(ticks)));

    [Fact]
    public void Delay_units_become_time_again()
    {
        Assert.Equal(TimeSpan.FromSeconds(5.25), NtpTimestamp.FromDelayUnits(0x0005_4000));
        Assert.Equal(655_359_999_847, NtpTimestamp.FromDelayUnits(uint.MaxValue).Ticks);
    }

    [Fact]
    public void The_round_trip_is_that_of_the_example_in_the_rfc()
    {
        // RFC 3550 figure 2: A = 0xb710:8000, LSR = 0xb705:2000, DLSR = 0x0005:4000, delay = 6.125 s.
        var now = new NtpTimestamp(0x0000_B710_8000_0000UL);
        Assert.True(NtpTimestamp.TryGetRoundTripTime(now, 0xB705_2000, 0x0005_4000, out TimeSpan roundTripTime));
        Assert.Equal(TimeSpan.FromSeconds(6.125), roundTripTime);
    }

    [Fact]
    public void A_round_trip_needs_a_sender_report_and_is_never_negative()
    {
        Assert.False(NtpTimestamp.TryGetRoundTripTime(new NtpTimestamp(5UL << 32), 0, 0, out TimeSpan none));
        Assert.Equal(TimeSpan.Zero, none);
        Assert.True(NtpTimestamp.TryGetRoundTripTime(new NtpTimestamp(5UL << 32), 5 << 16, 3, out TimeSpan negative));
        Assert.Equal(TimeSpan.Zero, negative);
    }
}

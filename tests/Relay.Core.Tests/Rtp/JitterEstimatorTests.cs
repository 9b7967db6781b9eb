using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Xunit;

namespace Relay.Core.Tests.Rtp;

public class JitterEstimatorTests
{
    private const uint ClockRateHz = 90_000;

    [Fact]
    public void Packets_in_step_have_no_jitter()
    {
        var jitter = new JitterEstimator(ClockRateHz);
        for (int i = 0; i < 100; i++)
        {
            jitter.Update((uint)i * 900, At(i * 10));
        }

        Assert.Equal(0u, jitter.Jitter);
    }

    [Fact]
    public void The_estimate_follows_the_integer_formula_of_appendix_A_8()
    {
        // 10 ms late = 900 units: the first change adds 900/16, later equal ones converge to 900.
        var jitter = new JitterEstimator(ClockRateHz);
        jitter.Update(0, At(0));
        jitter.Update(900, At(20));
        Assert.Equal(900u / 16, jitter.Jitter);
        jitter.Update(1800, At(20));
        Assert.Equal((900u + 900u - ((900u + 8) >> 4)) >> 4, jitter.Jitter);
        for (int i = 3; i < 400; i++)
        {
            jitter.Update((uint)i * 900, At(i * 10 + (i % 2) * 10));
        }

        Assert.InRange(jitter.Jitter, 890u, 900u);
    }

    [Fact]
    public void The_timestamp_wrap_is_no_jitter()
    {
        var jitter = new JitterEstimator(ClockRateHz);
        uint timestamp = uint.MaxValue - 1800;
        for (int i = 0; i < 10; i++)
        {
            jitter.Update(timestamp, At(i * 10));
            timestamp += 900;
        }

        Assert.Equal(0u, jitter.Jitter);
    }

    [Fact]
    public void A_clock_that_has_run_for_years_does_not_overflow()
    {
        var jitter = new JitterEstimator(ClockRateHz);
        var start = new Instant(TimeSpan.FromDays(36_500).Ticks);
        for (int i = 0; i < 10; i++)
        {
            jitter.Update((uint)i * 900, start + TimeSpan.FromMilliseconds(10 * i));
        }

        Assert.Equal(0u, jitter.Jitter);
    }

    [Fact]
    public void A_new_timeline_is_not_jitter()
    {
        var jitter = new JitterEstimator(ClockRateHz);
        jitter.Update(0, At(0));
        jitter.Update(900, At(10));
        jitter.Update(0x8000_0000, At(20));
        jitter.Update(0x8000_0000 + 900, At(30));
        Assert.Equal(0u, jitter.Jitter);
        jitter.Update(0x8000_0000 + 1800, At(50));
        Assert.Equal(900u / 16, jitter.Jitter);
    }

    [Fact]
    public void Any_sequence_of_timestamps_is_survived()
    {
        var random = new Random(38);
        var jitter = new JitterEstimator(ClockRateHz);
        for (int i = 0; i < 100_000; i++)
        {
            jitter.Update((uint)random.NextInt64(1L << 32), new Instant(random.NextInt64()));
            Assert.True(jitter.Jitter <= ClockRateHz * JitterEstimator.TransitChangeMaxSeconds);
        }
    }

    private static Instant At(int milliseconds) => new(milliseconds * TimeSpan.TicksPerMillisecond);
}

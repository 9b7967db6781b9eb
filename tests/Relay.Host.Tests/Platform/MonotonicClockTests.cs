using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class MonotonicClockTests
{
    [Theory]
    [InlineData(1_000_000_000, 1_000_000_199, 10_000_001)]
    [InlineData(10_000_000, 123, 123)]
    [InlineData(3_000_000, 3_000_001, 10_000_003)]
    [InlineData(24_000_000, long.MaxValue, 3843071682022823252)]
    public void Timestamps_become_ticks_of_100_ns(long frequency, long timestamp, long ticks) =>
        Assert.Equal(new Instant(ticks), MonotonicClock.FromTimestamp(timestamp, frequency));

    [Fact]
    public void Never_goes_back()
    {
        Instant last = MonotonicClock.Now;
        for (int i = 0; i < 10_000; i++)
        {
            Instant now = MonotonicClock.Now;
            Assert.True(now >= last);
            last = now;
        }
    }
}

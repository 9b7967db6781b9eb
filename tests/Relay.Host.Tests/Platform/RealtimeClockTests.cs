using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class RealtimeClockTests
{
    [Fact]
    public void It_counts_nanoseconds_since_1970()
    {
        long before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        long now = RealtimeClock.Nanoseconds;
        Assert.InRange(now / 1_000_000, before, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
    }
}

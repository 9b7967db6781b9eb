using Relay.Core.Primitives;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class HostClockTests
{
    [Fact]
    public void The_clock_moves_with_its_time_provider()
    {
        var time = new ManualTime();
        var clock = new HostClock(time);
        Instant before = clock.Now;
        time.Advance(TimeSpan.FromMilliseconds(1500));
        Assert.Equal(TimeSpan.FromMilliseconds(1500), clock.Now - before);
    }
}

using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class LegIdTests
{
    [Fact]
    public void Only_the_default_names_no_leg()
    {
        Assert.True(default(LegId).IsNone);
        Assert.False(new LegId(0, 0, 1).IsNone);
    }
}

using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class OptionAttributeTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void The_range_includes_its_ends(long value, bool expected) =>
        Assert.Equal(expected, new OptionAttribute { Min = 2, Max = 5 }.Allows(value));
}

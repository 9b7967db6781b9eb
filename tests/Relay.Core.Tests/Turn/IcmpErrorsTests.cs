using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class IcmpErrorsTests
{
    [Theory]
    [InlineData(true, 3, true)]
    [InlineData(true, 11, true)]
    [InlineData(true, 1, false)]
    [InlineData(true, 4, false)]
    [InlineData(true, 12, false)]
    [InlineData(false, 1, true)]
    [InlineData(false, 2, true)]
    [InlineData(false, 3, true)]
    [InlineData(false, 4, false)]
    [InlineData(false, 11, false)]
    public void Unreachable_and_time_exceeded_are_told(bool isIPv4, byte type, bool told) =>
        Assert.Equal(told, IcmpErrors.IsTold(isIPv4, type));

    [Theory]
    [InlineData(true, 3, 4, true)]
    [InlineData(true, 3, 3, false)]
    [InlineData(true, 11, 4, false)]
    [InlineData(false, 2, 0, true)]
    [InlineData(false, 1, 4, false)]
    public void An_MTU_comes_with_what_was_too_big(bool isIPv4, byte type, byte code, bool has) =>
        Assert.Equal(has, IcmpErrors.HasMtu(isIPv4, type, code));
}

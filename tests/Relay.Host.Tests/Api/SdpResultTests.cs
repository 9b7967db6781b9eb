using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SdpResultTests
{
    [Theory]
    [InlineData(null, true)]
    [InlineData("", true)]
    [InlineData("*", true)]
    [InlineData("\"3\"", true)]
    [InlineData("\"1\", \"3\"", true)]
    [InlineData("\"2\"", false)]
    [InlineData("3", false)]
    [InlineData("W/\"3\"", false)]
    public void If_Match_compares_generations_strongly(string? ifMatch, bool matches) =>
        Assert.Equal(matches, SdpResult.Matches(ifMatch, 3));
}

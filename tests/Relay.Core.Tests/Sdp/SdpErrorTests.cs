using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpErrorTests
{
    [Fact]
    public void The_first_problem_stays()
    {
        var error = new SdpError();
        Assert.False(error.IsSet);

        Assert.False(error.Set(SdpProblem.Malformed, 3, "first."));
        Assert.False(error.Set(SdpProblem.TooLarge, "second."));

        Assert.True(error.IsSet);
        Assert.Equal(SdpProblem.Malformed, error.Problem);
        Assert.Equal("Line 3: first.", error.Detail);
    }
}

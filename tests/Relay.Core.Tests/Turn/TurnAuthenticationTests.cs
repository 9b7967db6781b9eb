using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnAuthenticationTests
{
    [Theory]
    [InlineData(0, true)]
    [InlineData(StunErrorCode.BadRequest, false)]
    [InlineData(StunErrorCode.Unauthenticated, false)]
    public void Only_the_absence_of_an_error_authenticates(int errorCode, bool expected) =>
        Assert.Equal(expected, new TurnAuthentication { ErrorCode = errorCode, KeyLength = 16 }.IsAuthenticated);
}

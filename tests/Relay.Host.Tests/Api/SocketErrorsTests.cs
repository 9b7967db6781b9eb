using Relay.Core.Pairing;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SocketErrorsTests
{
    [Theory]
    [InlineData(PairingError.BadState, "bad_state")]
    [InlineData(PairingError.ModeNotAllowed, "mode_not_allowed")]
    [InlineData(PairingError.MediaRequired, "media_required")]
    [InlineData(PairingError.Draining, "draining")]
    public void What_the_pairing_engine_refuses_has_a_code_and_a_detail(PairingError error, string code)
    {
        Assert.Equal(code, SocketErrors.Of(error).Code);
        Assert.NotEmpty(SocketErrors.Of(error).Detail);
    }
}

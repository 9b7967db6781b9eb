using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class LegNegotiationTests
{
    [Fact]
    public void Other_credentials_than_the_newest_are_a_restart()
    {
        using var offered = new OfferedSession();
        var negotiation = new LegNegotiation(offered.Negotiate());
        Assert.False(negotiation.IsRestart(offered.ParsedFragment));
        offered.Identity.RenewIceCredentials();
        Assert.True(negotiation.IsRestart(offered.ParsedFragment));
        LegNegotiation renewed = negotiation with { UsernameFragment = offered.Identity.Ufrag, Password = offered.Identity.Password };
        Assert.False(renewed.IsRestart(offered.ParsedFragment));
        Assert.True(negotiation.IsRestart(offered.ParsedFragment));
    }
}

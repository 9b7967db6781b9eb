using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public sealed class TurnServiceOptionsTests
{
    [Theory]
    [InlineData("own", false)]
    [InlineData("public", true)]
    public void Each_mode_of_peers_says_whether_the_public_is_among_them(string peers, bool isPublic)
    {
        Assert.Contains(peers, TurnOptionCheck.PeerModes, StringComparer.Ordinal);
        Assert.Equal(isPublic, new TurnServiceOptions { Peers = peers }.ReachesPublicPeers);
    }

    [Fact]
    public void By_default_it_is_not() => Assert.False(new TurnServiceOptions().ReachesPublicPeers);
}

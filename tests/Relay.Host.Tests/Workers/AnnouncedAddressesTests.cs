using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Host.Configuration;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class AnnouncedAddressesTests
{
    [Fact]
    public void The_configured_addresses_win_in_their_order_and_once_each()
    {
        IReadOnlyList<TransportAddress> resolved = AnnouncedAddresses.Resolve(
            new MediaOptions { BindAddress = "0.0.0.0", AnnouncedAddresses = ["203.0.113.7", "2001:db8::7", "203.0.113.7"] }, 41_000);
        Assert.Equal([IPEndPoint.Parse("203.0.113.7:41000"), IPEndPoint.Parse("[2001:db8::7]:41000")], resolved.Select(a => a.ToEndPoint()));
    }

    [Fact]
    public void Without_them_it_is_the_address_that_the_port_is_bound_to()
    {
        IReadOnlyList<TransportAddress> resolved = AnnouncedAddresses.Resolve(new MediaOptions { BindAddress = "127.0.0.5" }, 41_001);
        Assert.Equal(new IPEndPoint(IPAddress.Parse("127.0.0.5"), 41_001), Assert.Single(resolved).ToEndPoint());
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public void A_wildcard_stands_for_the_machines_own_addresses_with_loopback_last(string bind)
    {
        IPAddress[] resolved =
            [.. AnnouncedAddresses.Resolve(new MediaOptions { BindAddress = bind }, 41_002).Select(a => a.ToEndPoint().Address)];
        Assert.Contains(IPAddress.Loopback, resolved);
        Assert.DoesNotContain(resolved, a => a.Equals(IPAddress.Any) || a.Equals(IPAddress.IPv6Any) || a.IsIPv6LinkLocal);
        Assert.Equal(resolved.OrderBy(IPAddress.IsLoopback), resolved);
        Assert.Equal(resolved.Distinct(), resolved);
        if (bind is "0.0.0.0")
        {
            Assert.All(resolved, a => Assert.Equal(AddressFamily.InterNetwork, a.AddressFamily));
        }
    }
}

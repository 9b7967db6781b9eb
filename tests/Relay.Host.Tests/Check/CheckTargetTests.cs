using System.Net;
using Relay.Host.Check;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class CheckTargetTests
{
    [Fact]
    public void A_way_is_named_as_clients_are_told_it()
    {
        var end = new IPEndPoint(IPAddress.Parse("192.0.2.1"), 443);
        Assert.Equal("UDP 192.0.2.1:443, worker 2", new CheckTarget(CheckTransport.Udp, "192.0.2.1", end, 2).ToString());
        Assert.Equal(
            "UDP 192.0.2.1:443, discovery", new CheckTarget(CheckTransport.Udp, "192.0.2.1", end, CheckTarget.Discovery).ToString());
        Assert.Equal("TLS 192.0.2.1:443 (turn.example)", new CheckTarget(CheckTransport.Tls, "turn.example", end, 0).ToString());
        Assert.Equal(
            "TCP [2001:db8::1]:443",
            new CheckTarget(CheckTransport.Tcp, "2001:DB8::1", IPEndPoint.Parse("[2001:db8::1]:443"), 0).ToString());
    }
}

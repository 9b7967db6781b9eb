using System.Net;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class TransportAddressTests
{
    [Theory]
    [InlineData("192.0.2.7", 3478, true)]
    [InlineData("0.0.0.0", 0, true)]
    [InlineData("255.255.255.255", 65535, true)]
    [InlineData("2001:db8::1", 443, false)]
    [InlineData("::1", 1, false)]
    public void An_endpoint_survives_the_way_there_and_back(string address, int port, bool isIPv4)
    {
        var endpoint = new IPEndPoint(IPAddress.Parse(address), port);
        var converted = TransportAddress.FromEndPoint(endpoint);
        Assert.Equal(isIPv4, converted.IsIPv4);
        Assert.Equal(port, converted.Port);
        Assert.Equal(endpoint, converted.ToEndPoint());
    }

    [Fact]
    public void A_mapped_address_is_the_IPv4_address()
    {
        var mapped = TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 5));
        var plain = TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse("192.0.2.7"), 5));
        Assert.Equal(plain, mapped);
        Assert.Equal(TransportAddress.FromIPv4(0xc000_0207, 5), mapped);
        Assert.Equal(0xc000_0207u, mapped.IPv4);
        Assert.NotEqual(plain, TransportAddress.FromIPv4(0xc000_0207, 6));
    }

    [Fact]
    public void Text_shows_no_address()
    {
        Assert.DoesNotContain("192", TransportAddress.FromIPv4(0xc000_0207, 5).ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("1", new TransportAddress(1, 1).ToString().Replace("V6", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.False(default(TransportAddress).IsIPv4);
    }
}

using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class SocketAddressLayoutTests
{
    [Theory]
    [InlineData("192.0.2.7:1", true)]
    [InlineData("203.0.113.250:65535", true)]
    [InlineData("[2001:db8::1:2]:443", false)]
    public void Agrees_with_the_framework(string text, bool isIPv4)
    {
        var endpoint = IPEndPoint.Parse(text);
        SocketAddress serialized = endpoint.Serialize();
        var address = TransportAddress.FromEndPoint(endpoint);
        Assert.Equal(address, SocketAddressLayout.Read(serialized.Buffer.Span, isIPv4));

        var written = new SocketAddress(endpoint.AddressFamily);
        Assert.True(SocketAddressLayout.TryWrite(address, written.Buffer.Span, isIPv4));
        Assert.Equal(serialized, written);
        Assert.Equal(serialized.Size, SocketAddressLayout.LengthOf(isIPv4));
    }

    [Fact]
    public void An_ipv4_address_is_mapped_on_an_ipv6_socket()
    {
        var address = TransportAddress.FromEndPoint(IPEndPoint.Parse("192.0.2.7:99"));
        var written = new SocketAddress(AddressFamily.InterNetworkV6);
        Assert.True(SocketAddressLayout.TryWrite(address, written.Buffer.Span, isIPv4: false));
        Assert.Equal(new IPEndPoint(IPAddress.Parse("::ffff:192.0.2.7"), 99).Serialize(), written);
    }

    [Fact]
    public void An_ipv6_address_does_not_fit_an_ipv4_socket() => Assert.False(SocketAddressLayout.TryWrite(
        TransportAddress.FromEndPoint(IPEndPoint.Parse("[::1]:5")), new byte[16], isIPv4: true));
}

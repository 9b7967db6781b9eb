using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class ListenAddressTests
{
    [Theory]
    [InlineData("http://127.0.0.1:8080", "127.0.0.1", 8080)]
    [InlineData("http://127.0.0.1", "127.0.0.1", 80)]
    [InlineData("http://127.0.0.1:0/", "127.0.0.1", 0)]
    [InlineData("http://localhost:5000", "127.0.0.1", 5000)]
    [InlineData("http://[::1]:8080", "::1", 8080)]
    [InlineData("http://0.0.0.0:8080", "0.0.0.0", 8080)]
    public void Good_addresses_are_read(string text, string address, int port)
    {
        Assert.True(ListenAddress.TryParse(text, out ListenAddress? listen));
        Assert.Equal((address, port), (listen.Address.ToString(), listen.Port));
    }

    [Theory]
    [InlineData("")]
    [InlineData("http://")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("http://127.0.0.1:99999")]
    [InlineData("http://127.0.0.1:8080/#x")]
    [InlineData("http://127.0.0.1:8080/?x")]
    [InlineData("tcp://127.0.0.1:8080")]
    public void Others_are_not(string text) => Assert.False(ListenAddress.TryParse(text, out _));

    [Theory]
    [InlineData("tcp://0.0.0.0:443", "0.0.0.0", 443)]
    [InlineData("tcp://[::]:3478", "::", 3478)]
    [InlineData("tcp://127.0.0.1:0/", "127.0.0.1", 0)]
    [InlineData("tcp://localhost:3478", "127.0.0.1", 3478)]
    public void Addresses_of_streams_are_read(string text, string address, int port)
    {
        Assert.True(ListenAddress.TryParseStream(text, out ListenAddress? listen));
        Assert.Equal((address, port), (listen.Address.ToString(), listen.Port));
    }

    [Theory]
    [InlineData("tcp://0.0.0.0")]
    [InlineData("http://0.0.0.0:443")]
    [InlineData("tls://0.0.0.0:443")]
    [InlineData("tcp://0.0.0.0:443/x")]
    [InlineData("tcp://user@0.0.0.0:443")]
    [InlineData("0.0.0.0:443")]
    public void Other_streams_are_not(string text) => Assert.False(ListenAddress.TryParseStream(text, out _));
}

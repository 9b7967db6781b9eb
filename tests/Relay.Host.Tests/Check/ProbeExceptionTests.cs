using System.Net.Sockets;
using Relay.Host.Check;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class ProbeExceptionTests
{
    [Theory]
    [InlineData(SocketError.ConnectionRefused, "so it is refused")]
    [InlineData(SocketError.NetworkUnreachable, "no route")]
    [InlineData(SocketError.HostUnreachable, "a firewall rejects it")]
    [InlineData(SocketError.AddressFamilyNotSupported, "is IPv6 off here")]
    [InlineData(SocketError.AddressNotAvailable, "is IPv6 off here")]
    [InlineData(SocketError.AccessDenied, "a firewall on this machine")]
    [InlineData(SocketError.TimedOut, "a firewall drops TCP")]
    [InlineData(SocketError.InvalidArgument, "no packet can be sent")]
    public void What_the_system_says_is_explained(SocketError error, string said) =>
        Assert.Contains(
            said, ProbeException.Of(new SocketException((int)error), "so it is refused").Message, StringComparison.Ordinal);

    [Fact]
    public void What_is_not_known_is_said_in_the_systems_words()
    {
        var error = new SocketException((int)SocketError.NoBufferSpaceAvailable);
        Assert.Equal(error.Message.TrimEnd('.'), ProbeException.Of(error, "refused").Message);
        Assert.Equal("one two", ProbeException.Text(new IOException("one\ntwo.")));
    }
}

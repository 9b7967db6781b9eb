using System.Net.Sockets;
using Relay.Host.Configuration;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class MediaPortExceptionTests
{
    [Theory]
    [InlineData(SocketError.AddressAlreadyInUse, "Media:Port = \"40001\": the UDP port is in use by another program.")]
    [InlineData(SocketError.AccessDenied, "Media:Port = \"40001\": cannot listen there:")]
    [InlineData(SocketError.AddressNotAvailable, "Media:BindAddress = \"127.0.0.1\": this machine has no such address.")]
    public void The_start_says_which_key_is_wrong_and_why(SocketError error, string expected)
    {
        MediaPortException thrown = Assert.Throws<MediaPortException>(
            () => MediaPortException.Guard<int>(40_001, () => throw new SocketException((int)error)));
        Assert.StartsWith(expected, thrown.ToProblem(new MediaOptions()).ToString(), StringComparison.Ordinal);
    }
}

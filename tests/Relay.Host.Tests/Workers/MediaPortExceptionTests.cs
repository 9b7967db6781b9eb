using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Host.Configuration;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class MediaPortExceptionTests
{
    [Fact]
    public void A_busy_port_is_named_with_its_key_and_a_fix()
    {
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        other.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var options = new MediaOptions { Port = ((IPEndPoint)other.LocalEndPoint!).Port };
        OptionProblem problem = Assert.Throws<MediaPortException>(() => new MediaPlane(options)).ToProblem(options);
        Assert.Equal("Media:Port", problem.Key);
        Assert.Equal("\"" + options.Port.ToString(CultureInfo.InvariantCulture) + "\"", problem.Value);
        Assert.Contains("in use", problem.Allowed, StringComparison.Ordinal);
        Assert.Contains("--Media:Port=", problem.Fix, StringComparison.Ordinal);
    }

    [Fact]
    public void The_port_of_a_later_worker_is_named_and_the_first_is_free_again()
    {
        (Socket taken, int first) = TakeSecondOfTwoPorts();
        using (taken)
        {
            var options = new MediaOptions { Port = first, Workers = 2 };
            OptionProblem problem = Assert.Throws<MediaPortException>(() => new MediaPlane(options)).ToProblem(options);
            Assert.Equal("\"" + (first + 1).ToString(CultureInfo.InvariantCulture) + "\"", problem.Value);
            using var media = new MediaPlane(new MediaOptions { Port = first });
            Assert.Equal(first, media.Workers[0].LocalEndPoint.Port);
        }
    }

    [Fact]
    public void An_address_of_another_machine_is_named()
    {
        var options = new MediaOptions { BindAddress = "192.0.2.1", Port = 0 };
        OptionProblem problem = Assert.Throws<MediaPortException>(() => new MediaPlane(options)).ToProblem(options);
        Assert.Equal("Media:BindAddress", problem.Key);
        Assert.Equal("\"192.0.2.1\"", problem.Value);
    }

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

    private static (Socket Taken, int First) TakeSecondOfTwoPorts()
    {
        while (true)
        {
            using var first = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            first.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            int port = ((IPEndPoint)first.LocalEndPoint!).Port;
            var second = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                second.Bind(new IPEndPoint(IPAddress.Loopback, port + 1));
                return (second, port);
            }
            catch (Exception e) when (e is SocketException or ArgumentOutOfRangeException)
            {
                second.Dispose();
            }
        }
    }
}

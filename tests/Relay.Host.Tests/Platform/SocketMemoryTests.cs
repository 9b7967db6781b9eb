using System.Net;
using System.Net.Sockets;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class SocketMemoryTests
{
    [Fact]
    public void It_tells_the_buffer_and_what_found_it_full()
    {
        using Socket receiver = Open();
        receiver.ReceiveBufferSize = 16 * 1024;
        receiver.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.True(SocketMemory.TryRead(receiver, out SocketMemory before));
        Assert.Equal((2 * 16 * 1024, 0u), (before.ReceiveBufferBytes, before.Drops));

        using Socket sender = Open();
        byte[] datagram = new byte[1000];
        for (int i = 0; i < 200; i++)
        {
            sender.SendTo(datagram, receiver.LocalEndPoint!);
        }

        Assert.True(SocketMemory.TryRead(receiver, out SocketMemory after));
        Assert.InRange(after.Drops, 100u, 200u);
    }

    [Fact]
    public void A_closed_socket_says_nothing()
    {
        Socket socket = Open();
        socket.Dispose();
        Assert.False(SocketMemory.TryRead(socket, out _));
    }

    private static Socket Open() => new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
}

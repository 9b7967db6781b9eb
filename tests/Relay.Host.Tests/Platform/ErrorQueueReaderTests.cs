using System.Net;
using System.Net.Sockets;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

/// <summary><see cref="ErrorQueueReader"/> against the kernel, on loopback.</summary>
public sealed class ErrorQueueReaderTests : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
    private readonly ErrorQueueReader _reader = new();
    private readonly PeerError[] _errors = new PeerError[ErrorQueueReader.Max];

    public void Dispose() => _socket.Dispose();

    [Fact]
    public void Without_errors_there_is_nothing()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        Assert.Equal(0, Read());
    }

    [Fact]
    public void Errors_are_read_in_order_without_allocating()
    {
        _socket.SetRawSocketOption(ControlMessages.IPv4Level, ControlMessages.IPv4Error, [1, 0, 0, 0]);
        IPEndPoint closed;
        using (var gone = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            closed = (IPEndPoint)gone.Client.LocalEndPoint!;
        }

        long least = long.MaxValue;
        int count = 0;
        for (int i = 0; i < 1000 && count < 10; i++)
        {
            try
            {
                _socket.SendTo([1], closed);
            }
            catch (SocketException)
            {
                // The last datagram's error.
            }

            long before = GC.GetAllocatedBytesForCurrentThread();
            int read = Read();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            for (int k = 0; k < read; k++)
            {
                Assert.Equal(((byte)3, (byte)3), (_errors[k].Type, _errors[k].Code));
                Assert.Equal(closed, _errors[k].Peer.ToEndPoint());
            }

            count += read;
        }

        Assert.True(count >= 10);
        Assert.Equal(0, least);
    }

    private int Read() => _reader.Read((int)_socket.Handle, isIPv4: true, _errors);
}

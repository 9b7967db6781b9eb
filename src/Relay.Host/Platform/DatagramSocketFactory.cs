using System.Net;
using System.Net.Sockets;
using Relay.Core.Buffers;

namespace Relay.Host.Platform;

/// <summary>Opens the fastest <see cref="IDatagramSocket"/> that this system has.</summary>
public static class DatagramSocketFactory
{
    /// <summary>Opens and binds. An endpoint of :: takes IPv4 as well; port 0 lets the system choose.</summary>
    /// <exception cref="SocketException">The endpoint cannot be bound.</exception>
    /// <exception cref="ArgumentException">An option is out of range.</exception>
    public static IDatagramSocket Open(IPEndPoint local, PacketPool pool, DatagramSocketOptions options)
    {
        ArgumentNullException.ThrowIfNull(local);
        ArgumentNullException.ThrowIfNull(pool);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BatchSize is < 1 or > DatagramSocketOptions.BatchMaxSize
            || options.SendBatchSize is < 1 or > DatagramSocketOptions.BatchMaxSize
            || options.ReceiveBufferBytes < 0
            || options.SendBufferBytes < 0)
        {
            throw new ArgumentException("A size is out of its range.", nameof(options));
        }

        Socket socket = Bind(local, options);
        try
        {
            return OperatingSystem.IsLinux() && !options.UsePortable
                ? new LinuxDatagramSocket(socket, pool, options)
                : new PortableDatagramSocket(socket, pool, options.BatchSize);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static Socket Bind(IPEndPoint local, DatagramSocketOptions options)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            if (local.AddressFamily == AddressFamily.InterNetworkV6)
            {
                socket.DualMode = local.Address.Equals(IPAddress.IPv6Any) || local.Address.IsIPv4MappedToIPv6;
            }

            if (options.ReceiveBufferBytes > 0)
            {
                socket.ReceiveBufferSize = options.ReceiveBufferBytes;
            }

            if (options.SendBufferBytes > 0)
            {
                socket.SendBufferSize = options.SendBufferBytes;
            }

            IgnoreIcmpErrors(socket);
            socket.Blocking = false;
            socket.Bind(local);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    // Windows reports one peer's "port unreachable" as an error of the next receive, whoever sent that. Linux does not
    // unless IP_RECVERR is set, so that one stays off.
    private static void IgnoreIcmpErrors(Socket socket)
    {
        if (OperatingSystem.IsWindows())
        {
            const int SioUdpConnReset = unchecked((int)0x9800000C);
            socket.IOControl(SioUdpConnReset, [0, 0, 0, 0], null);
        }
    }
}

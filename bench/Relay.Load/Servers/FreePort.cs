using System.Net;
using System.Net.Sockets;

namespace Relay.Load.Servers;

/// <summary>Ports for servers that cannot choose one and tell.</summary>
internal static class FreePort
{
    /// <summary>A UDP port of loopback that nobody has at the moment.</summary>
    public static int Take()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }
}

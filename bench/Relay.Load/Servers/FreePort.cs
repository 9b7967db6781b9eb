using System.Net;
using System.Net.Sockets;

namespace Relay.Load.Servers;

/// <summary>Ports for servers that cannot choose one and tell.</summary>
internal static class FreePort
{
    /// <summary>A UDP port of loopback that nobody has at the moment.</summary>
    public static int Take() => Take(1)[0];

    /// <summary>Some that differ.</summary>
    public static int[] Take(int count)
    {
        Socket[] sockets = [.. Enumerable.Range(0, count).Select(_ => new Socket(AddressFamily.InterNetworkV6, SocketType.Dgram, ProtocolType.Udp))];
        try
        {
            foreach (Socket socket in sockets)
            {
                socket.DualMode = true;
                socket.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
            }

            return [.. sockets.Select(socket => ((IPEndPoint)socket.LocalEndPoint!).Port)];
        }
        finally
        {
            foreach (Socket socket in sockets)
            {
                socket.Dispose();
            }
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Relay.Testing;

/// <summary>
/// Ports for what has to be told its port before it starts: free for UDP and TCP on loopback, given out once, and below those that
/// the system gives to connections of other tests meanwhile.
/// </summary>
public static class FreePort
{
    private const int First = 20_000;
    private const int Last = 30_000;

    private static readonly Lock Drawing = new();
    private static readonly HashSet<int> Given = [];

    public static int Take()
    {
        lock (Drawing)
        {
            while (true)
            {
                int port = Random.Shared.Next(First, Last);
                if (!Given.Contains(port) && IsFree(port))
                {
                    Given.Add(port);
                    return port;
                }
            }
        }
    }

    private static bool IsFree(int port) =>
        CanBind(SocketType.Dgram, ProtocolType.Udp, port) && CanBind(SocketType.Stream, ProtocolType.Tcp, port);

    private static bool CanBind(SocketType type, ProtocolType protocol, int port)
    {
        try
        {
            using var socket = new Socket(AddressFamily.InterNetwork, type, protocol);
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace Relay.Host.Turn;

/// <summary>Two TCP sockets of this process that are connected with each other, for two allocations here.</summary>
internal static class PeerSocketPair
{
    /// <exception cref="SocketException">There are no sockets left.</exception>
    public static async Task<(Socket A, Socket B)> CreateAsync()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(1);
        var first = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        Socket? second = null;
        try
        {
            await first.ConnectAsync(listener.LocalEndPoint!);
            // Another program of this host may have been faster.
            do
            {
                second?.Dispose();
                second = await listener.AcceptAsync();
            }
            while (!Equals(second.RemoteEndPoint, first.LocalEndPoint));

            second.NoDelay = true;
            return (first, second);
        }
        catch
        {
            first.Dispose();
            second?.Dispose();
            throw;
        }
    }
}

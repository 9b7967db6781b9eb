using System.Net;
using System.Net.Sockets;

namespace Relay.Browser.Tests;

/// <summary>For options that must name a port: with port 0, iceServers and candidates could not.</summary>
internal static class FreePort
{
    /// <summary>A TCP port that nobody listens on at the moment.</summary>
    public static int OnLoopback()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

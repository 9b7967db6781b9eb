using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Host.Configuration;

namespace Relay.Host.Workers;

/// <summary>
/// The addresses that answers name as ICE candidates: the configured ones, else the bind address, else, for a wildcard,
/// the host's own addresses.
/// </summary>
internal static class AnnouncedAddresses
{
    /// <summary>The candidates of a worker that listens on the port, best first.</summary>
    public static IReadOnlyList<TransportAddress> Resolve(MediaOptions options, int port) =>
        Resolve(options, IPAddress.Parse(options.BindAddress), port);

    /// <summary>The addresses by which clients reach a port of this host, best first.</summary>
    /// <param name="options">Where it is announced.</param>
    /// <param name="bind">Where the port listens.</param>
    /// <param name="port">Its number.</param>
    public static IReadOnlyList<TransportAddress> Resolve(MediaOptions options, IPAddress bind, int port)
    {
        IEnumerable<IPAddress> addresses = options.AnnouncedAddresses.Select(IPAddress.Parse);
        if (options.AnnouncedAddresses.Count == 0)
        {
            addresses = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any)
                ? HostAddresses(withIPv6: bind.AddressFamily == AddressFamily.InterNetworkV6)
                : [bind];
        }

        return [.. addresses.Select(address => TransportAddress.FromEndPoint(new IPEndPoint(address, port))).Distinct()];
    }

    /// <summary>Every address that this host has now; the port is 0.</summary>
    public static IEnumerable<TransportAddress> OfHost() => NetworkInterface.GetAllNetworkInterfaces()
        .SelectMany(adapter => adapter.GetIPProperties().UnicastAddresses)
        .Select(unicast => TransportAddress.FromEndPoint(new IPEndPoint(unicast.Address, 0)));

    // Loopback last: it is of use to a browser on the relay's own machine only.
    private static IEnumerable<IPAddress> HostAddresses(bool withIPv6) => NetworkInterface.GetAllNetworkInterfaces()
        .Where(adapter => adapter.OperationalStatus == OperationalStatus.Up)
        .SelectMany(adapter => adapter.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork
            || (withIPv6 && address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal))
        .OrderBy(IPAddress.IsLoopback);
}

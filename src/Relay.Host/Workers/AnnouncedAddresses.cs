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
    public static IReadOnlyList<TransportAddress> Resolve(MediaOptions options, int port)
    {
        IEnumerable<IPAddress> addresses = options.AnnouncedAddresses.Select(IPAddress.Parse);
        var bind = IPAddress.Parse(options.BindAddress);
        if (options.AnnouncedAddresses.Count == 0)
        {
            addresses = bind.Equals(IPAddress.Any) || bind.Equals(IPAddress.IPv6Any)
                ? HostAddresses(withIPv6: bind.AddressFamily == AddressFamily.InterNetworkV6)
                : [bind];
        }

        return [.. addresses.Select(address => TransportAddress.FromEndPoint(new IPEndPoint(address, port))).Distinct()];
    }

    // Loopback last: it is of use to a browser on the relay's own machine only.
    private static IEnumerable<IPAddress> HostAddresses(bool withIPv6) => NetworkInterface.GetAllNetworkInterfaces()
        .Where(adapter => adapter.OperationalStatus == OperationalStatus.Up)
        .SelectMany(adapter => adapter.GetIPProperties().UnicastAddresses)
        .Select(unicast => unicast.Address)
        .Where(address => address.AddressFamily == AddressFamily.InterNetwork
            || (withIPv6 && address.AddressFamily == AddressFamily.InterNetworkV6 && !address.IsIPv6LinkLocal))
        .OrderBy(IPAddress.IsLoopback);
}

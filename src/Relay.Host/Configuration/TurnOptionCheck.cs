using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;
using Relay.Host.Turn;

namespace Relay.Host.Configuration;

/// <summary>What options of TURN and TLS may be, and how they depend on each other.</summary>
internal static class TurnOptionCheck
{
    private const int RealmMaxChars = 16;
    private const int UserNameMaxChars = 128;
    private const int PasswordMaxChars = 256;
    private const int HostMaxChars = 253;

    /// <summary>The values of <see cref="TurnServiceOptions.Peers"/>.</summary>
    public static readonly string[] PeerModes = ["own", "public"];

    public static void Run(RelayOptions options, List<OptionProblem> problems)
    {
        TurnServiceOptions turn = options.Turn;
        if (turn.RelayPortMin >= turn.RelayPortMax)
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:RelayPortMax",
                Text(turn.RelayPortMax),
                $"must be above Turn:RelayPortMin ({Text(turn.RelayPortMin)})",
                "65535"));
        }

        if (turn.LifetimeMaxSeconds < turn.LifetimeSeconds)
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:LifetimeMaxSeconds",
                Text(turn.LifetimeMaxSeconds),
                $"must not be below Turn:LifetimeSeconds ({Text(turn.LifetimeSeconds)})",
                Text(turn.LifetimeSeconds)));
        }

        if (turn.OwnPortsPerWorker == 0 && turn.SharedPortsPerWorker == 0)
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:OwnPortsPerWorker", "0", "must be above 0, because Turn:SharedPortsPerWorker is 0", "4096"));
        }
        else if (turn.RelayPortMin < turn.RelayPortMax
            && RelayPortPlan.Of(turn, options.Media.Workers) is { Own: 0, Shared: 0 })
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:RelayPortMax",
                Text(turn.RelayPortMax),
                $"must leave more ports for each of {Text(options.Media.Workers)} workers",
                "65535"));
        }

        CheckOneOfEachFamily(turn.AlternateServers, problems);
        CheckDiscovery(turn, problems);
        CheckNames(turn.Users, problems);
        CheckTls(options.Tls, problems);
    }

    /// <summary>Printable ASCII that needs no escaping in the quoted string of RFC 8489 section 14.9.</summary>
    public static bool IsRealm(string text) =>
        text.Length is >= 1 and <= RealmMaxChars && text.All(c => c is >= ' ' and <= '~' and not '"' and not '\\');

    /// <summary>name:password.</summary>
    public static bool IsUser(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon is >= 1 and <= UserNameMaxChars
            && text.Length - colon - 1 is >= 1 and <= PasswordMaxChars
            && text.All(c => c is > ' ' and <= '~');
    }

    /// <summary>A DNS name or an address, without brackets and port, or nothing.</summary>
    public static bool IsOptionalHost(string text) =>
        text.Length == 0
        || (text.Length <= HostMaxChars
            && !text.Contains('%', StringComparison.Ordinal)
            && Uri.CheckHostName(text) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
            && !text.StartsWith('['));

    /// <summary>address:port, with an IPv6 address in brackets and a port above 0.</summary>
    public static bool IsEndPoint(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? endpoint)
        && endpoint.Port > 0
        && endpoint.ToString().Equals(text, StringComparison.OrdinalIgnoreCase);

    private static void CheckOneOfEachFamily(IReadOnlyList<string> servers, List<OptionProblem> problems)
    {
        IPEndPoint[] good = [.. servers.Where(IsEndPoint).Select(IPEndPoint.Parse)];
        foreach (AddressFamily family in (AddressFamily[])[AddressFamily.InterNetwork, AddressFamily.InterNetworkV6])
        {
            IPEndPoint[] same = [.. good.Where(server => server.AddressFamily == family)];
            if (same.Length > 1)
            {
                problems.Add(OptionProblem.OfValue(
                    "Turn:AlternateServers",
                    string.Join(", ", same.AsEnumerable()),
                    "must have at most one IPv4 and one IPv6 address",
                    same[0].ToString()));
            }
        }
    }

    private static void CheckDiscovery(TurnServiceOptions turn, List<OptionProblem> problems)
    {
        TransportAddress[] good =
            [.. turn.Discovery.Where(IsEndPoint).Select(text => TransportAddress.FromEndPoint(IPEndPoint.Parse(text)))];
        if (good.Length < turn.Discovery.Count)
        {
            return;
        }

        if (good.Any(end => end.IsIPv4 ? end.IPv4 == 0 : end.Address == UInt128.Zero)
            || good is not ([] or [_, _])
            || (good is [TransportAddress one, TransportAddress other]
                && (one.IsIPv4 != other.IsIPv4 || one.Address == other.Address || one.Port == other.Port)))
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:Discovery",
                string.Join(", ", turn.Discovery),
                "must be none, or two different addresses of one family (no wildcards) with two different ports",
                "192.0.2.10:3478,192.0.2.11:3479"));
        }

        TransportAddress[] announced =
        [
            .. turn.DiscoveryAnnounced.Where(text => IPAddress.TryParse(text, out _))
                .Select(text => TransportAddress.FromEndPoint(new IPEndPoint(IPAddress.Parse(text), 0))),
        ];
        if (announced.Length > 0
            && (announced.Length != good.Length
                || announced.Any(address => address.IsIPv4 != good[0].IsIPv4)
                || announced.Distinct().Count() < announced.Length))
        {
            problems.Add(OptionProblem.OfValue(
                "Turn:DiscoveryAnnounced",
                string.Join(", ", turn.DiscoveryAnnounced),
                "must be none, or a different address for each of Turn:Discovery, of the same family",
                "198.51.100.10,198.51.100.11"));
        }
    }

    private static void CheckNames(IReadOnlyList<string> users, List<OptionProblem> problems)
    {
        string? twice = users.Where(IsUser)
            .Select(user => user[..user.IndexOf(':', StringComparison.Ordinal)])
            .GroupBy(name => name, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Skip(1).Any())?.Key;
        if (twice is not null)
        {
            problems.Add(
                OptionProblem.OfValue("Turn:Users", twice + ":(not shown)", "must name each user once", "name:password"));
        }
    }

    private static void CheckTls(TlsOptions tls, List<OptionProblem> problems)
    {
        if (tls.CertificateFile.Length > 0 == tls.KeyFile.Length > 0)
        {
            return;
        }

        (string missing, string given, string example) = tls.KeyFile.Length == 0
            ? ("Tls:KeyFile", "Tls:CertificateFile", "/etc/relay/key.pem")
            : ("Tls:CertificateFile", "Tls:KeyFile", "/etc/relay/cert.pem");
        problems.Add(OptionProblem.OfValue(missing, string.Empty, $"must be set, because {given} is", example));
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

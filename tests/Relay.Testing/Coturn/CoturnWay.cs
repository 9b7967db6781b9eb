using System.Globalization;

namespace Relay.Testing.Coturn;

/// <summary>One way to use coturn's client against a TURN server.</summary>
/// <param name="Name">Such as "mobility".</param>
/// <param name="Arguments">Of turnutils_uclient.</param>
public sealed record CoturnWay(string Name, string Arguments)
{
    private const string Tcp = "RFC 6062";
    private const int TcpTries = 3;

    /// <summary>All that it has, with 200 messages or more each.</summary>
    public static IReadOnlyList<CoturnWay> All(PublicTurnRelays relays)
    {
        const string User = $"-u {PublicTurnRelays.User} -w {PublicTurnRelays.Password} -n 200 -l 160 -z 10";
        string udp = string.Create(CultureInfo.InvariantCulture, $"{User} -p {relays.Port}");
        string stream = string.Create(CultureInfo.InvariantCulture, $"{User} -p {relays.StreamPort}");
        string peer = string.Create(CultureInfo.InvariantCulture, $"-e 127.0.0.1 -r {relays.PeerPort} 127.0.0.1");
        string ipv6 = string.Create(CultureInfo.InvariantCulture, $"-p {relays.PortIPv6} -c -x -e ::1 -r {relays.PeerPort} ::1");
        string secret = string.Create(CultureInfo.InvariantCulture, $"-W {PublicTurnRelays.Secret} -p {relays.Port}");
        return
        [
            new("channels", $"{udp} -c -X {peer}"),
            new("Send and Data", $"{udp} -s -c -X {peer}"),
            new("EVEN-PORT and reservation", $"{udp} -X {peer}"),
            new("DONT-FRAGMENT", $"{udp} -g -c -X {peer}"),
            new("TCP", $"{stream} -t -c -X {peer}"),
            new("TLS", $"{stream} -t -S -c -X {peer}"),
            new("client to client", $"{udp} -y -c -X 127.0.0.1"),
            new("IPv6", $"{User} {ipv6}"),
            new("mobility", $"{udp} -M -c -X {peer}"),
            new(Tcp, $"{stream} -T 127.0.0.1"),
            new($"{Tcp} over TLS", $"{stream} -T -S 127.0.0.1"),
            new("REST secret", $"-u alice {secret} -c -X -n 200 -l 1200 -z 10 {peer}"),
        ];
    }

    /// <summary>
    /// Runs it to its end. A data connection of RFC 6062 is plain TCP, and coturn's client takes each read of it for one
    /// message: two that the kernel hands over together, as it may on a busy machine, count as one lost. Bytes that were really
    /// lost would be so in every run, so such a way has three.
    /// </summary>
    public async Task<CoturnReport> RunAsync()
    {
        CoturnReport report = await CoturnClient.RunAsync(Arguments);
        for (int run = 2; run <= TcpTries && !report.IsClean && Name.StartsWith(Tcp, StringComparison.Ordinal); run++)
        {
            report = await CoturnClient.RunAsync(Arguments) with { Run = run };
        }

        return report;
    }
}

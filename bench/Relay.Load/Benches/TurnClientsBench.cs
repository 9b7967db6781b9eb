using System.Globalization;
using Relay.Load.Clients;
using Relay.Load.Servers;

namespace Relay.Load.Benches;

/// <summary>coturn's own clients against the relay, in every way that they have: what they sent, got back and lost.</summary>
internal static class TurnClientsBench
{
    public static async Task RunAsync(BenchReport report)
    {
        await using PublicTurnRelays relays = await PublicTurnRelays.StartAsync();
        string count = "-n 200 -l 160 -z 10";
        string user = $"-u {TurnUserAccount.Name} -w {TurnUserAccount.Password} {count}";
        string udp = string.Create(CultureInfo.InvariantCulture, $"{user} -p {relays.Port}");
        string stream = string.Create(CultureInfo.InvariantCulture, $"{user} -p {relays.StreamPort} -t");
        string peer = string.Create(CultureInfo.InvariantCulture, $"-X -e 127.0.0.1 -r {relays.PeerPort} 127.0.0.1");
        var ways = new List<(string Name, string Arguments)>
        {
            ("channels", $"{udp} -c {peer}"),
            ("Send and Data", $"{udp} -s -c {peer}"),
            ("EVEN-PORT and reservation", $"{udp} {peer}"),
            ("DONT-FRAGMENT", $"{udp} -g -c {peer}"),
            ("client to client", $"{udp} -y -c -X 127.0.0.1"),
            ("IPv6", string.Create(CultureInfo.InvariantCulture, $"{user} -p {relays.PortIPv6} -c -x -e ::1 -r {relays.PeerPort} ::1")),
            ("mobility", $"{udp} -M -c {peer}"),
            ("REST secret", string.Create(
                CultureInfo.InvariantCulture, $"-u alice -W {PublicTurnRelays.Secret} -p {relays.Port} -c -n 200 -l 1200 -z 10 {peer}")),
        };
        if (await relays.ServesStreamsAsync())
        {
            ways.Add(("TCP", $"{stream} -c {peer}"));
            ways.Add(("TLS", $"{stream} -S -c {peer}"));
        }
        else
        {
            report.Figure("coturn's clients over TCP and TLS: not tried, nothing listens");
        }

        // Each waits some seconds by itself, so that all run at once.
        CoturnClientResult[] results = await Task.WhenAll(ways.Select(way => CoturnClient.RunAsync(way.Arguments)));
        foreach (((string name, _), CoturnClientResult result) in ways.Zip(results))
        {
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"coturn's client, {name}: sent {result.Sent}, received {result.Received}, lost {result.Lost}"));
        }

        string address = await CoturnClient.ReadAsync(
            "turnutils_stunclient", string.Create(CultureInfo.InvariantCulture, $"-p {relays.Port} 127.0.0.1"));
        bool isAnswered = address.Contains("UDP reflexive addr: 127.0.0.1:", StringComparison.Ordinal);
        report.Figure($"coturn's STUN client: {(isAnswered ? "learned its address" : "no answer")}");
        report.Bar(results.Sum(r => Math.Max(r.Lost, r.Sent - r.Received)), "packets lost by coturn's clients", 0, "F0");
        report.Bar(results.Count(r => r.Sent == 0) + (isAnswered ? 0 : 1), "of coturn's clients without any success", 0, "F0");
    }
}

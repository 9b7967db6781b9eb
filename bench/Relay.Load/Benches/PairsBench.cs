using System.Globalization;
using Relay.Load.Clients;
using Relay.Load.CommandLine;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>
/// Many connected pairs of full clients, of which some talk: what a pair costs in resident memory, and whether packets are lost.
/// </summary>
internal static class PairsBench
{
    private const double KilobytesPerPairMax = 60;
    private const int Workers = 2;

    // What is made once, such as compiled code, is there before the memory is first read.
    private const int WarmUpPairs = 50;

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("pairs");
        (int pairs, int active) = settings.IsQuick ? (500, 75) : (2000, 300);
        string[] limits = ClientsCommand.LegLimits(pairs + WarmUpPairs, Workers);
        // As urgent as the generator, which shares the processors and would push a packet thread aside for as long as it likes.
        await using RelayServer relay = await RelayServer.StartAsync(cpus: null, isAlone: true, hasAdmin: false, limits);
        await using var first = new ClientFleet(relay.Api!, 2 * WarmUpPairs);
        await using var fleet = new ClientFleet(relay.Api!, 2 * pairs);
        var options = new TrafficOptions
        {
            PacketsPerSecond = 2 * active * 50,
            Duration = TimeSpan.FromSeconds(settings.IsQuick ? 5 : 20),
            Drain = TimeSpan.FromSeconds(1),
            SharesCpu = true,
        };
        var random = new Random(1);

        first.ConnectAll(Console.WriteLine);
        ClientsCommand.Activate(first, WarmUpPairs);
        Measurement.Run(relay, first.Run, options with { PacketsPerSecond = 5000, Duration = TimeSpan.FromSeconds(2) }, random);
        double before = ProcessUsage.ResidentBytes(relay.ProcessId);
        fleet.ConnectAll(Console.WriteLine);
        double connected = ProcessUsage.ResidentBytes(relay.ProcessId);
        double perPair = (connected - before) / pairs / 1024;

        RelayDrops drops = await RelayDrops.ReadAsync(relay.Api!);
        ClientsCommand.Activate(fleet, active);
        TrafficResult result = Measurement.Run(relay, fleet.Run, options, random);
        Console.WriteLine(ResultText.ToLine(result));
        string dropped = (await RelayDrops.ReadAsync(relay.Api!)).Since(drops);
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"the relay dropped {dropped}; the generator's own socket {result.Overflowed}; it was {1000 * result.LateSeconds:F0} ms late"));
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"{pairs} pairs connected, {active} active with {options.PacketsPerSecond:F0} packets/s: RSS {before / 1e6:F0} MB before, "
            + $"{connected / 1e6:F0} MB connected, {result.ResidentMegabytes:F0} MB after the media; {100 * result.CpuShare:F0} % of a core"));
        report.Bar(perPair, "KB of RSS a pair", KilobytesPerPairMax, "F1");
        report.Bar(result.Lost + result.Bad, "packets lost", 0, "F0");
        return report.ExitCode;
    }
}

using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;
using Relay.Testing.Api;

namespace Relay.Load.Benches;

/// <summary>
/// The relay as a TURN server: packets between two allocations against coturn, what the hop from an allocation to the relay's
/// own media costs, a flood without credentials, and coturn's own clients.
/// </summary>
internal static class TurnBench
{
    private const int Pairs = 50;
    private const double CpuRatioMax = 0.60;
    private const double HighestRateRatioMax = 0.99;

    // Packets back to back, their length, the rate to begin with, and whether a bar is for it.
    private static readonly (int Burst, int Bytes, double PacketsPerSecond, bool HasBar)[] Shapes =
    [
        (1, 1200, 200_000, true), (10, 1200, 200_000, true), (1, 160, 200_000, false), (10, 160, 200_000, false),
    ];

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("turn");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 3 : 9, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 0.7 : 1.5) };
        await CompareAsync(report, settings, interleaved);
        await TurnCallsBench.RunAsync(report, settings, interleaved);
        await TurnFloodBench.RunAsync(report, settings);
        await TurnClientsBench.RunAsync(report);
        return report.ExitCode;
    }

    private static async Task CompareAsync(BenchReport report, BenchSettings settings, Interleaved interleaved)
    {
        await using TurnRelay relay = await TurnRelay.StartAsync(settings.ServerCpus);
        await using var coturn = new CoturnServer(settings.ServerCpus);
        var allocated = new List<double>();
        foreach ((int burst, int bytes, double rate, bool hasBar) in Shapes)
        {
            // New allocations for each shape: permissions end after five minutes.
            var plan = new LegPlan { Groups = Pairs, Turn = TurnPath.BetweenAllocations };
            using var relayLegs = new LegSet(plan);
            using var coturnLegs = new LegSet(plan);
            await relay.OpenAsync(relayLegs);
            await coturn.OpenAsync(coturnLegs);
            Contestant[] contestants = [new("coturn", coturn, coturnLegs), new("relay", relay, relayLegs)];
            var traffic = new TrafficOptions { PacketsPerSecond = rate, Burst = burst, PacketBytes = bytes };
            TrafficOptions options = interleaved.FindRate(traffic, contestants);
            MetricsSnapshot before = await relay.ScrapeAsync();
            double[] cpu = interleaved.CpuMicroseconds(options, contestants);
            MetricsSnapshot after = await relay.ScrapeAsync();
            allocated.Add(Change("relay_worker_allocated_bytes_total") / Change("relay_socket_sent_total"));
            string shape = string.Create(CultureInfo.InvariantCulture, $"{bytes} bytes, {(burst == 1 ? "evenly spaced" : $"bursts of {burst}")}");
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"between allocations, {shape}, {options.PacketsPerSecond:F0} packets/s: coturn {cpu[0]:F3} us, relay {cpu[1]:F3} us a packet, "
                + $"ratio {cpu[1] / cpu[0]:F3}; {Change("relay_worker_allocated_bytes_total"):F0} bytes allocated"));
            if (hasBar)
            {
                report.Bar(cpu[1] / cpu[0], $"of coturn's CPU a packet, {shape}", CpuRatioMax);
                double[] highest = interleaved.HighestRates(options, contestants);
                report.Figure(string.Create(
                    CultureInfo.InvariantCulture,
                    $"highest rate at under 0.1 % loss on one core, {shape}: coturn {highest[0]:F0}, relay {highest[1]:F0} packets/s"));
                report.Bar(highest[0] / highest[1], $"coturn's highest rate by the relay's, {shape}", HighestRateRatioMax);
            }

            double Change(string family) => after.Sum(family) - before.Sum(family);
        }

        // The median: a collection elsewhere in the process ends the thread's allocation window, which counts as allocated.
        report.Bar(Measurement.Median(allocated), "bytes allocated a packet by the packet thread", 0, "F4");
    }
}

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
    private const int LargeBytes = 1200;
    private const int SmallBytes = 160;
    private const double CpuRatioMax = 0.60;
    private const double RateRatioMax = 0.99;

    // Packets back to back, and where to look for the highest rate of coturn and of the relay first.
    private static readonly (int Burst, double[] FirstRates)[] Shapes = [(1, [120_000, 300_000]), (10, [120_000, 900_000])];

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

    // At half of what coturn carries: neither has to hurry. Near its highest rate coturn never sleeps and is at its best, the
    // relay is not yet; that is there for information.
    private static async Task CompareAsync(BenchReport report, BenchSettings settings, Interleaved interleaved)
    {
        await using TurnRelay relay = await TurnRelay.StartAsync(settings.ServerCpus);
        await using var coturn = new CoturnServer(settings.ServerCpus);
        var allocated = new List<double>();
        foreach ((int burst, double[] firstRates) in Shapes)
        {
            // New allocations for each shape: permissions end after five minutes.
            var plan = new LegPlan { Groups = Pairs, Turn = TurnPath.BetweenAllocations };
            using var relayLegs = new LegSet(plan);
            using var coturnLegs = new LegSet(plan);
            await relay.OpenAsync(relayLegs);
            await coturn.OpenAsync(coturnLegs);
            Contestant[] contestants = [new("coturn", coturn, coturnLegs), new("relay", relay, relayLegs)];
            var options = new TrafficOptions { Burst = burst, PacketBytes = LargeBytes, Duration = interleaved.RunTime };
            string shape = burst == 1 ? "evenly spaced" : string.Create(CultureInfo.InvariantCulture, $"bursts of {burst}");

            double[] highest = [.. contestants.Zip(firstRates, (c, rate) => interleaved.HighestRate(options with { PacketsPerSecond = rate }, c))];
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"between allocations, {shape}, highest rate at under 0.1 % loss on one core: coturn {highest[0]:F0}, relay {highest[1]:F0} packets/s"));
            report.Bar(highest[0] / highest[1], $"of the relay's highest rate is coturn's, {shape}", RateRatioMax);

            options = options with { PacketsPerSecond = 0.5 * highest[0] };
            double ratio = await CompareCpuAsync(report, interleaved, options, contestants, relay, allocated);
            report.Bar(ratio, $"of coturn's CPU a packet, {shape}", CpuRatioMax);
            await CompareCpuAsync(report, interleaved, options with { PacketBytes = SmallBytes }, contestants, relay, allocated);
            await CompareCpuAsync(report, interleaved, options with { PacketsPerSecond = 0.9 * highest[0] }, contestants, relay, allocated);
        }

        // The median: a collection elsewhere in the process ends the thread's allocation window, which counts as allocated.
        report.Bar(Measurement.Median(allocated), "bytes allocated a packet by the packet thread", 0, "F4");
    }

    private static async Task<double> CompareCpuAsync(
        BenchReport report,
        Interleaved interleaved,
        TrafficOptions options,
        Contestant[] contestants,
        TurnRelay relay,
        List<double> allocated)
    {
        MetricsSnapshot before = await relay.ScrapeAsync();
        double[] cpu = interleaved.CpuMicroseconds(options, contestants);
        MetricsSnapshot after = await relay.ScrapeAsync();
        double bytes = Change("relay_worker_allocated_bytes_total");
        allocated.Add(bytes / Change("relay_socket_sent_total"));
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"between allocations, {(options.Burst == 1 ? "evenly spaced" : $"bursts of {options.Burst}")}, {options.PacketBytes} bytes, "
            + $"{options.PacketsPerSecond:F0} packets/s: coturn {cpu[0]:F3} us, relay {cpu[1]:F3} us a packet, ratio {cpu[1] / cpu[0]:F3}; "
            + $"{bytes:F0} bytes allocated"));
        return cpu[1] / cpu[0];

        double Change(string family) => after.Sum(family) - before.Sum(family);
    }
}

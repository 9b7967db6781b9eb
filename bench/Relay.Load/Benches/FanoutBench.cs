using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>Rooms of one sender and ten listeners: CPU time for each outgoing packet with GSO and without.</summary>
internal static class FanoutBench
{
    private const int Rooms = 10;
    private const int Listeners = 10;
    private const double RatioMax = 0.40;

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("fanout");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 5 : 11, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 1 : 2) };
        var plan = new LegPlan { Groups = Rooms, Listeners = Listeners };
        using var legs = new LegSet(plan);
        using var singleLegs = new LegSet(plan);
        await using RelayServer relay = await RelayServer.StartAsync(settings.ServerCpus, isAlone: true, hasAdmin: true);
        await using RelayServer single = await RelayServer.StartAsync(settings.ServerCpus, isAlone: true, hasAdmin: true, "--Media:Gso=false");
        await relay.OpenAsync(legs);
        await single.OpenAsync(singleLegs);
        Contestant[] contestants = [new("single sends", single, singleLegs), new("GSO", relay, legs)];

        // A frame of ten packets at a time, as video has it; and one by one, where GSO has nothing to merge.
        foreach ((int burst, double rate) in new[] { (1, 12_000.0), (10, 36_000.0) })
        {
            TrafficOptions options = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = rate, Burst = burst }, contestants);
            double[] cpu = interleaved.CpuMicroseconds(options, contestants);
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"1:{Listeners}, bursts of {burst}, {Listeners * options.PacketsPerSecond:F0} outgoing packets/s: single {cpu[0]:F3} us, GSO {cpu[1]:F3} us, ratio {cpu[1] / cpu[0]:F3}"));
            if (burst > 1)
            {
                report.Bar(cpu[1] / cpu[0], "of single sends' CPU an outgoing packet, fan-out 1:10 with GSO", RatioMax);
            }
        }

        return report.ExitCode;
    }
}

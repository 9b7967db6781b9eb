using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>
/// The relay's sockets without anything behind them, against bench/limit/reflect with the same system calls: single packets
/// without GRO and GSO, and bursts with both.
/// </summary>
internal static class ReflectBench
{
    private const double RatioMax = 1.05;

    private static readonly (string Name, int Burst, double PacketsPerSecond, string[] Options)[] Cases =
    [
        ("single packets", 1, 220_000, ["--gather", "50"]),
        ("bursts of 10 with GRO and GSO", 10, 500_000, ["--gro", "--gso", "--gather", "50"]),
    ];

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("reflect");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 7 : 15, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 0.8 : 1.5) };
        long allocated = 0;
        foreach ((string name, int burst, double rate, string[] options) in Cases)
        {
            using var limitLegs = new LegSet(new LegPlan { IsReflected = true });
            using var legs = new LegSet(new LegPlan { IsReflected = true });
            await using var limit = new LimitServer("reflect", settings.ServerCpus, options);
            await using var reflector = new ReflectorServer(settings.ServerCpus, options);
            await limit.OpenAsync(limitLegs);
            await reflector.OpenAsync(legs);
            Contestant[] contestants = [new("C", limit, limitLegs), new("C#", reflector, legs)];
            TrafficOptions traffic = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = rate, Burst = burst }, contestants);
            double[] cpu = interleaved.CpuMicroseconds(traffic, contestants);
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, {traffic.PacketsPerSecond:F0} packets/s: C {cpu[0]:F3} us, C# {cpu[1]:F3} us a packet, ratio {cpu[1] / cpu[0]:F3}"));
            report.Bar(cpu[1] / cpu[0], $"of the C reflector's CPU a packet, {name}", RatioMax);
            allocated += await reflector.StopAsync();
        }

        report.Bar(allocated, "bytes allocated by the packet thread, all runs together", 0, "F0");
        return report.ExitCode;
    }
}

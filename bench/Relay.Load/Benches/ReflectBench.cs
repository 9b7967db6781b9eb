using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>
/// The relay's sockets without anything behind them, against bench/limit/reflect with the same system calls: single packets
/// without GRO and GSO, and bursts with both.
/// </summary>
/// <remarks>
/// A burst comes as one train in one piece of memory. A relay opens each of its packets into a slot that it keeps, and so sends
/// the train from as many pieces as it has packets: another call of sendmsg than one with the train as it came. The bar is about
/// the same system calls, so for bursts it is held against the C reflector that copies each packet into a slot as well (--copy);
/// the ratio to the one that sends from where it received is printed beside it.
/// </remarks>
internal static class ReflectBench
{
    private const double RatioMax = 1.05;

    private static readonly (string Name, int Burst, double PacketsPerSecond, bool IsSentInPieces, string[] Options)[] Cases =
    [
        ("single packets", 1, 220_000, false, ["--gather", "50"]),
        ("bursts of 10 with GRO and GSO", 10, 500_000, true, ["--gro", "--gso", "--gather", "50"]),
    ];

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("reflect");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 7 : 15, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 0.8 : 1.5) };
        long allocated = 0;
        foreach ((string name, int burst, double rate, bool isSentInPieces, string[] options) in Cases)
        {
            using var limitLegs = new LegSet(new LegPlan { IsReflected = true });
            using var copyLegs = new LegSet(new LegPlan { IsReflected = true });
            using var legs = new LegSet(new LegPlan { IsReflected = true });
            await using var limit = new LimitServer("reflect", settings.ServerCpus, options);
            await using var copying = new LimitServer("reflect", settings.ServerCpus, [.. options, "--copy"]);
            await using var reflector = new ReflectorServer(settings.ServerCpus, options);
            await limit.OpenAsync(limitLegs);
            await copying.OpenAsync(copyLegs);
            await reflector.OpenAsync(legs);
            Contestant[] contestants = [new("C", limit, limitLegs), new("C, copying", copying, copyLegs), new("C#", reflector, legs)];
            TrafficOptions traffic = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = rate, Burst = burst }, contestants);
            double[] cpu = interleaved.CpuMicroseconds(traffic, contestants);
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"{name}, {traffic.PacketsPerSecond:F0} packets/s: C {cpu[0]:F3} us, C with a copy {cpu[1]:F3} us, C# {cpu[2]:F3} us a packet, ratios {cpu[2] / cpu[0]:F3} and {cpu[2] / cpu[1]:F3}"));
            string floor = isSentInPieces ? "of the C reflector's CPU a packet with a copy" : "of the C reflector's CPU a packet";
            report.Bar(cpu[2] / cpu[isSentInPieces ? 1 : 0], $"{floor}, {name}", RatioMax);
            allocated += await reflector.StopAsync();
        }

        report.Bar(allocated, "bytes allocated by the packet thread, all runs together", 0, "F0");
        return report.ExitCode;
    }
}

using System.Globalization;
using Relay.Load.Servers;
using Relay.Load.Traffic;

namespace Relay.Load.Benches;

/// <summary>
/// The same media to the relay's media port directly and through TURN allocations of the relay itself: system calls and CPU
/// for each packet. Between allocation and media port is a function call, so calls are as many.
/// </summary>
internal static class TurnCallsBench
{
    private const int Pairs = 50;
    private const double MoreCallsMax = 0.05;

    private static readonly (int Burst, double PacketsPerSecond)[] Shapes = [(1, 60_000), (10, 100_000)];

    public static async Task RunAsync(BenchReport report, BenchSettings settings, Interleaved interleaved)
    {
        await using TurnRelay relay = await TurnRelay.StartAsync(settings.ServerCpus);
        using var plainLegs = new LegSet(new LegPlan { Groups = Pairs });
        using var turnLegs = new LegSet(new LegPlan { Groups = Pairs, Turn = TurnPath.ToMedia });
        await relay.OpenAsync(plainLegs);
        await relay.OpenAsync(turnLegs);
        Contestant[] contestants = [new("plain", relay, plainLegs), new("behind TURN", relay, turnLegs)];
        foreach (Contestant contestant in contestants)
        {
            // The relay learns where a leg is from its first packet, and sends it nothing before.
            Measurement.Run(relay, contestant.Legs, new TrafficOptions { PacketsPerSecond = 2000, Duration = interleaved.RunTime }, new Random(1));
        }

        foreach ((int burst, double rate) in Shapes)
        {
            TrafficOptions options = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = rate, Burst = burst }, contestants);
            string shape = burst == 1 ? "evenly spaced" : string.Create(CultureInfo.InvariantCulture, $"bursts of {burst}");
            (double[] calls, double[] cpu) = await CountAsync(relay, options, interleaved.Rounds, contestants);
            report.Figure(string.Create(
                CultureInfo.InvariantCulture,
                $"media at the relay itself, {shape}, {options.PacketsPerSecond:F0} packets/s: without TURN {calls[0]:F3} system calls and "
                + $"{cpu[0]:F3} us a packet, both legs behind allocations {calls[1]:F3} calls and {cpu[1]:F3} us (perf counting)"));
            report.Bar(Math.Max(0, calls[1] - calls[0]), $"system calls a packet more than without TURN, {shape}", MoreCallsMax, "F3");
        }
    }

    // Medians of system calls and CPU for each packet; counting costs both contestants the same.
    private static async Task<(double[] Calls, double[] Cpu)> CountAsync(
        TurnRelay relay, TrafficOptions options, int rounds, Contestant[] contestants)
    {
        List<double>[] perPacket = [.. contestants.Select(_ => new List<double>())];
        List<double>[] cpu = [.. contestants.Select(_ => new List<double>())];
        var random = new Random(1);
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < contestants.Length; i++)
            {
                SystemCallCount count = await SystemCallCount.StartAsync(relay);
                TrafficResult result = Measurement.Run(relay, contestants[i].Legs, options, random);
                long calls = await count.StopAsync();
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {contestants[i].Name,-12} {calls} calls ({count.Source}): {ResultText.ToLine(result)}"));
                perPacket[i].Add((double)calls / result.Received);
                cpu[i].Add(result.CpuMicroseconds);
            }
        }

        return ([.. perPacket.Select(Measurement.Median)], [.. cpu.Select(Measurement.Median)]);
    }
}

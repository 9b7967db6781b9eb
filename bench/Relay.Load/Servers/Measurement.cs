using System.Diagnostics;
using Relay.Load.Traffic;

namespace Relay.Load.Servers;

/// <summary>A run with the server's CPU time and memory.</summary>
internal static class Measurement
{
    public static TrafficResult Run(IMediaServer server, LegSet legs, TrafficOptions options, Random random) =>
        Run(server, legs.Run, options, random);

    public static TrafficResult Run(IMediaServer server, TrafficRun run, TrafficOptions options, Random random)
    {
        long before = 0;
        long started = 0;
        run.Starting = () => (before, started) = (ProcessUsage.CpuNanoseconds(server.ProcessId), Stopwatch.GetTimestamp());
        TrafficResult result = run.Run(options, random);
        double used = ProcessUsage.CpuNanoseconds(server.ProcessId) - before;
        result.CpuMicroseconds = result.Received == 0 ? 0 : used / 1000 / result.Received;
        result.CpuShare = used / 1e9 / Stopwatch.GetElapsedTime(started).TotalSeconds;
        result.ResidentMegabytes = ProcessUsage.ResidentBytes(server.ProcessId) / 1e6;
        return result;
    }

    public static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? 0 : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}

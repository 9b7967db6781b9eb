using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Relay.Load.Clients;
using Relay.Load.Servers;
using Relay.Load.Traffic;
using Relay.Testing.Api;

namespace Relay.Load.Benches;

/// <summary>
/// How long a packet stays in the relay at 30 % of what the core carries, against bench/limit/srtp; then again while sessions
/// are created and dropped beside it.
/// </summary>
internal static class LatencyBench
{
    private const double LoadShare = 0.30;
    private const double MedianMaxMicroseconds = 60;
    private const double LimitFactorMax = 2;
    private const double StormMaxMicroseconds = 3000;
    private const double StormCallsPerSecond = 500;
    private const double FirstRate = 300_000;
    private const string Measures = "--Media:MeasureLatency=true";

    public static async Task<int> RunAsync(BenchSettings settings)
    {
        var report = new BenchReport("latency");
        var interleaved = new Interleaved { Rounds = settings.IsQuick ? 3 : 10, RunTime = TimeSpan.FromSeconds(settings.IsQuick ? 3 : 6) };
        using var relayLegs = new LegSet(new LegPlan());
        using var limitLegs = new LegSet(new LegPlan());
        await using RelayServer relay = await RelayServer.StartAsync(settings.ServerCpus, isAlone: true, hasAdmin: true, Measures);
        await using var limit = new LimitServer("srtp", settings.ServerCpus, [.. settings.LimitOptions, "--latency"]);
        await relay.OpenAsync(relayLegs);
        await limit.OpenAsync(limitLegs);
        Contestant[] contestants = [new("C", limit, limitLegs), new("relay", relay, relayLegs)];
        using var api = new RelayApiClient(relay.Api!);

        TrafficOptions full = interleaved.FindRate(new TrafficOptions { PacketsPerSecond = FirstRate }, contestants);
        TrafficOptions options = full with { PacketsPerSecond = LoadShare * full.PacketsPerSecond, SharesCpu = true };
        await limit.ResetAsync();
        RelayLatency before = await RelayLatency.ScrapeAsync(api);
        interleaved.Run(options, contestants);
        RelayLatency quiet = await RelayLatency.ScrapeAsync(api);
        JsonElement c = (await limit.StopAsync()).GetProperty("latency");

        double median = quiet.PercentileMicroseconds(0.5, before);
        double p99 = quiet.PercentileMicroseconds(0.99, before);
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"{options.PacketsPerSecond:F0} packets/s: C p50 {Number(c, "p50"):F0} p99 {Number(c, "p99"):F0} p99.9 {Number(c, "p999"):F0} us; "
            + $"relay p50 {median:F0} p99 {p99:F0} p99.9 {quiet.PercentileMicroseconds(0.999, before):F0} us"));
        report.Bar(median, "us in the relay, p50", MedianMaxMicroseconds, "F0");
        report.Bar(p99 / Number(c, "p99"), "times the C relay's p99", LimitFactorMax);
        await StormAsync(report, settings, interleaved, options, isAlone: false);
        await StormAsync(report, settings, interleaved, options, isAlone: true);
        return report.ExitCode;
    }

    // With the packet thread scheduled as everything else, which the bar is for, and before everything else, as an option.
    private static async Task StormAsync(BenchReport report, BenchSettings settings, Interleaved interleaved, TrafficOptions options, bool isAlone)
    {
        using var legs = new LegSet(new LegPlan());
        await using RelayServer relay = await RelayServer.StartAsync(settings.ServerCpus, isAlone, hasAdmin: true, Measures);
        await relay.OpenAsync(legs);
        using var api = new RelayApiClient(relay.Api!);
        await using var storm = new ApiStorm(relay.Api!, StormCallsPerSecond);
        Measurement.Run(relay, legs, options, new Random(1));
        (long calls, RelayLatency before) = (storm.Calls, await RelayLatency.ScrapeAsync(api));
        long started = Stopwatch.GetTimestamp();
        interleaved.Run(options, new Contestant("storm", relay, legs));
        double rate = (storm.Calls - calls) / Stopwatch.GetElapsedTime(started).TotalSeconds;
        RelayLatency after = await RelayLatency.ScrapeAsync(api);
        string how = isAlone ? "Media:RealtimePriority=10" : "normal scheduling";
        report.Figure(string.Create(
            CultureInfo.InvariantCulture,
            $"{rate:F0} API calls a second beside it ({storm.Failures} failed), {how}: p50 {after.PercentileMicroseconds(0.5, before):F0} "
            + $"p99 {after.PercentileMicroseconds(0.99, before):F0} p99.9 {after.PercentileMicroseconds(0.999, before):F0} "
            + $"p99.99 {after.PercentileMicroseconds(0.9999, before):F0} us"));
        if (!isAlone)
        {
            report.Bar(after.PercentileMicroseconds(0.999, before), "us in the relay under API calls, p99.9", StormMaxMicroseconds, "F0");
        }
    }

    private static double Number(JsonElement latency, string name) => latency.GetProperty(name).GetDouble();
}

using System.Globalization;
using Relay.Browser.Tests;

namespace Relay.BadNetworks;

/// <summary>
/// The bench <c>netem</c>. NETEM_SECONDS sets the length of each case (default 300), NETEM_CASES names some cases with
/// commas between (default all), NETEM_WAYS likewise (relay, direct).
/// </summary>
public sealed class BadNetworkTests
{
    private const double LossFramesShareMin = 0.90;
    private const double SecondsPerKeyFrameMin = 10;
    private const double SettledAfterSeconds = 10;
    private const double SettledShareMin = 0.60;
    private const double QueueMillisecondsMax = 400;

    private static readonly TimeSpan DefaultTime = TimeSpan.FromSeconds(300);

    [Fact]
    public async Task Calls_stay_watchable_on_bad_networks()
    {
        TimeSpan time = Environment.GetEnvironmentVariable("NETEM_SECONDS") is { Length: > 0 } seconds
            ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : DefaultTime;
        string[] cases = Words("NETEM_CASES", BadNetwork.All.Select(n => n.Name));
        string[] ways = Words("NETEM_WAYS", ["relay", "direct"]);
        DirectoryInfo directory = Directory.CreateTempSubdirectory("relay-camera-");
        try
        {
            string video = Path.Combine(directory.FullName, "camera.y4m");
            Camera.Write(video, seed: 5);
            var measured = new Dictionary<string, Measurement>(StringComparer.Ordinal);
            await using Laboratory laboratory = await Laboratory.StartAsync("netem", _ => video, _ => video);
            Report.Line(string.Create(CultureInfo.InvariantCulture,
                $"netem: {Camera.Width}x{Camera.Height} at {Camera.FramesPerSecond}/s, {time.TotalSeconds:F0} s a case, "
                + $"access links of 10 ms each way, impaired by the bench's own router"));
            foreach (BadNetwork network in BadNetwork.All.Where(n => cases.Contains(n.Name, StringComparer.Ordinal)))
            {
                foreach (Way way in Enum.GetValues<Way>().Where(w => ways.Contains(w.ToString(), StringComparer.OrdinalIgnoreCase)))
                {
                    await using MeasuredCall call = await MeasuredCall.OpenAsync(laboratory, way);
                    Measurement measurement = await call.MeasureAsync(network, time);
                    Report.Line($"netem: {network.Name,-14} {way,-6} {measurement.Describe()}");
                    if (way is Way.Relay)
                    {
                        measured.Add(network.Name, measurement);
                    }
                }
            }

            Judge(measured);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static void Judge(Dictionary<string, Measurement> measured)
    {
        var failed = new List<string>();
        foreach (string name in new[] { "loss-up", "loss-down" })
        {
            if (!measured.TryGetValue("clean", out Measurement? clean) || !measured.TryGetValue(name, out Measurement? bad))
            {
                continue;
            }

            double share = bad.FramesPerSecond / clean.FramesPerSecond;
            double keyFramesPerTen = bad.KeyFrames * SecondsPerKeyFrameMin / bad.Seconds;
            Verdict(failed, share >= LossFramesShareMin, $"{name} {100 * share:F0} % of the clean case's frames (bar: >= 90)");
            Verdict(failed, keyFramesPerTen <= 1, $"{name} {keyFramesPerTen:F2} keyframes in ten seconds (bar: <= 1)");
        }

        if (measured.TryGetValue("bottleneck", out Measurement? narrow))
        {
            const double BottleneckKbps = BadNetwork.BottleneckBitsPerSecond / 1_000;
            double early = narrow.SentKbps(SettledAfterSeconds, 2 * SettledAfterSeconds) / BottleneckKbps;
            double later = narrow.SentKbps(SettledAfterSeconds, narrow.Seconds) / BottleneckKbps;
            double queue = narrow.QueueMilliseconds(1);
            Verdict(failed, early is >= SettledShareMin and <= 1, $"bottleneck {100 * early:F0} % sent from 10 s to 20 s (bar: 60 to 100)");
            Verdict(failed, later is >= SettledShareMin and <= 1, $"bottleneck {100 * later:F0} % sent from 10 s to the end (bar: 60 to 100)");
            Verdict(failed, queue < QueueMillisecondsMax, $"bottleneck {queue:F0} ms of queueing delay at most (bar: < 400)");
        }

        Assert.Empty(failed);
    }

    private static void Verdict(List<string> failed, bool good, FormattableString figure)
    {
        string text = figure.ToString(CultureInfo.InvariantCulture);
        Report.Line($"netem: {text} {(good ? "pass" : "fail")}");
        if (!good)
        {
            failed.Add(text);
        }
    }

    private static string[] Words(string variable, IEnumerable<string> otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? text.Split(',', StringSplitOptions.TrimEntries) : [.. otherwise];
}

using System.Globalization;
using Relay.Host.Telemetry;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public class RuntimeMetricsTests
{
    [Fact]
    public void A_collection_is_counted_with_its_pause()
    {
        var metrics = new RuntimeMetrics();
        string before = Write(metrics);
        GC.Collect();
        string after = Write(metrics);

        foreach (string generation in (string[])["0", "1", "2"])
        {
            string name = $"relay_gc_collections_total{{generation=\"{generation}\"}}";
            Assert.True(Value(after, name) > Value(before, name), name);
        }

        Assert.True(Value(after, "relay_gc_pause_seconds_total") > Value(before, "relay_gc_pause_seconds_total"));
        Assert.True(Value(after, "relay_resident_bytes") > Value(after, "relay_managed_heap_bytes"));
    }

    private static string Write(RuntimeMetrics metrics)
    {
        var writer = new PrometheusWriter();
        metrics.WriteTo(writer);
        return writer.ToString();
    }

    private static double Value(string text, string name) => double.Parse(
        text.Split('\n').Single(line => line.StartsWith(name + " ", StringComparison.Ordinal)).Split(' ')[1],
        CultureInfo.InvariantCulture);
}

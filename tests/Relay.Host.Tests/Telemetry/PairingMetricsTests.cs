using Microsoft.Extensions.DependencyInjection;
using Relay.Host.Telemetry;
using Relay.Host.Tests.Api;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public class PairingMetricsTests
{
    [Fact]
    public async Task Metrics_show_what_happened()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(
            configure: builder => builder.Services.AddSingleton<IMetricsSource, OtherSource>());
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("video");
        await first.SendAsync("""{"t":"cancel"}""");
        await first.ExpectErrorAsync("bad_state");

        using HttpResponseMessage response = await relay.Http.GetAsync("/metrics");
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        string[] lines =
        [
            "relay_sessions 2",
            "relay_sessions_opened_total 2",
            "relay_sockets 2",
            "relay_sockets_opened_total 2",
            "relay_draining 0",
            "relay_pairs{mode=\"video\"} 1",
            "relay_pairs{mode=\"text\"} 0",
            "relay_pairs_made_total{mode=\"video\"} 1",
            "relay_queue_length{mode=\"voice\"} 0",
            "relay_messages_received_total 3",
            "relay_messages_rejected_total{code=\"bad_state\"} 1",
            "other 7",
        ];
        foreach (string line in lines)
        {
            Assert.Contains("\n" + line + "\n", text, StringComparison.Ordinal);
        }

        IEnumerable<string> families = text.Split('\n').Where(
            line => line.StartsWith("# TYPE ", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);
        Assert.Distinct(families, StringComparer.Ordinal);
        first.Dispose();
        second.Dispose();
    }

    private sealed class OtherSource : IMetricsSource
    {
        public void WriteTo(PrometheusWriter writer) => writer.Gauge("other", "Another source.").Sample(7);
    }
}

using Relay.Core.Turn;
using Relay.Host.Telemetry;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public sealed class TurnMetricsTests
{
    private readonly TurnCounters[] _counters = [new(), new()];

    [Fact]
    public void Each_worker_has_its_counters()
    {
        TurnCounters second = _counters[1];
        second.CountOpened();
        second.CountOpened();
        second.CountClosed();
        second.CountDrained();
        second.CountSharedOpened();
        second.CountSharedOpened();
        second.CountSharedClosed();
        second.CountRequest();
        second.CountRequest();
        second.CountRequest();
        second.CountFromClient(100);
        second.CountFromClient(50);
        second.CountToClient(7);
        second.CountRefused(TurnRefusal.Forbidden);

        MetricsSnapshot metrics = Scrape();

        Assert.Equal((0, 1), (metrics["relay_turn_allocations{worker=\"0\"}"], metrics["relay_turn_allocations{worker=\"1\"}"]));
        Assert.Equal(2, metrics["relay_turn_allocations_opened_total{worker=\"1\"}"]);
        Assert.Equal(1, metrics["relay_turn_allocations_drained_total{worker=\"1\"}"]);
        Assert.Equal(1, metrics["relay_turn_shared_addresses{worker=\"1\"}"]);
        Assert.Equal(3, metrics["relay_turn_requests_total{worker=\"1\"}"]);
        Assert.Equal(2, metrics["relay_turn_packets_total{worker=\"1\",direction=\"from_clients\"}"]);
        Assert.Equal(150, metrics["relay_turn_bytes_total{worker=\"1\",direction=\"from_clients\"}"]);
        Assert.Equal(1, metrics["relay_turn_packets_total{worker=\"1\",direction=\"to_clients\"}"]);
        Assert.Equal(7, metrics["relay_turn_bytes_total{worker=\"1\",direction=\"to_clients\"}"]);
        Assert.Equal(1, metrics["relay_turn_refusals_total{worker=\"1\",reason=\"forbidden\"}"]);
        Assert.Equal(1, metrics.Sum("relay_turn_refusals_total"));
    }

    [Fact]
    public void Every_reason_is_there_from_the_start_and_no_label_names_anybody()
    {
        MetricsSnapshot metrics = Scrape();

        foreach (TurnRefusal reason in Enum.GetValues<TurnRefusal>())
        {
            int count = metrics.Samples.Keys.Count(key => key.EndsWith($"reason=\"{SnakeCase(reason)}\"}}", StringComparison.Ordinal));
            Assert.Equal(reason == TurnRefusal.None ? 0 : 2, count);
        }

        Assert.All(metrics.Samples.Keys, key => Assert.Matches("^[a-z_]+\\{worker=\"[01]\"(,(reason|direction)=\"[a-z_]+\")?\\}$", key));
    }

    private static string SnakeCase(TurnRefusal reason) =>
        string.Concat(reason.ToString().Select((c, i) => (i > 0 && char.IsUpper(c) ? "_" : "") + char.ToLowerInvariant(c)));

    private MetricsSnapshot Scrape()
    {
        var writer = new PrometheusWriter();
        new TurnMetrics(_counters).WriteTo(writer);
        return MetricsSnapshot.Parse(writer.ToString());
    }
}

using System.Net;
using Relay.Host.Telemetry;
using Relay.Host.Turn;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamMetricsTests
{
    [Fact]
    public void Every_outcome_is_there_and_streams_are_counted_by_worker()
    {
        var counters = new StreamCounters();
        StreamTable[] tables = [new(new StreamTableOptions(), () => { }), new(new StreamTableOptions(), () => { })];
        counters.Add(StreamOutcome.Stalled);
        counters.AddOpened(StreamKind.Ice);
        counters.AddHandshake();
        Assert.NotNull(tables[1].TryOpen(StreamKind.Turn, new IPEndPoint(IPAddress.Loopback, 1)));

        var writer = new PrometheusWriter();
        new StreamMetrics(counters, tables).WriteTo(writer);
        MetricsSnapshot metrics = MetricsSnapshot.Parse(writer.ToString());

        Assert.Equal(1, metrics["relay_stream_ended_total{outcome=\"stalled\"}"]);
        Assert.Equal(0, metrics["relay_stream_ended_total{outcome=\"too_many\"}"]);
        Assert.Equal(1, metrics["relay_stream_opened_total{kind=\"ice\"}"]);
        Assert.Equal(1, metrics["relay_stream_tls_handshakes_total"]);
        Assert.Equal((0, 1), (metrics["relay_streams{worker=\"0\"}"], metrics["relay_streams{worker=\"1\"}"]));
    }
}

using System.Net;
using Relay.Host.Telemetry;
using Relay.Host.Turn;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class PeerMetricsTests
{
    [Fact]
    public void Bytes_are_told_by_worker_and_direction()
    {
        using var sockets = new PeerSockets(
            IPAddress.Loopback, new StreamTable(new StreamTableOptions(), () => { }), 0, 0, () => { });
        using var link = new PeerLink(sockets, new ByteRate(0, default), new IPEndPoint(IPAddress.Loopback, 1), null);
        sockets.HandleMoved(link, 5, isFromClient: true);
        sockets.HandleMoved(link, 7, isFromClient: false);
        var writer = new PrometheusWriter();
        new PeerMetrics([null, sockets]).WriteTo(writer);
        MetricsSnapshot metrics = MetricsSnapshot.Parse(writer.ToString());
        Assert.Equal(5, metrics["relay_turn_tcp_bytes_total{worker=\"1\",direction=\"from_clients\"}"]);
        Assert.Equal(7, metrics["relay_turn_tcp_bytes_total{worker=\"1\",direction=\"to_clients\"}"]);
        Assert.Equal(12, metrics.Sum("relay_turn_tcp_bytes_total"));
    }
}

using System.Globalization;
using Relay.Host.Telemetry;

namespace Relay.Host.Turn;

/// <summary>What TCP allocations carried as metrics. No label names a client or a peer.</summary>
/// <param name="sockets">Each worker's, by the workers' numbers; null where there are none.</param>
internal sealed class PeerMetrics(IReadOnlyList<PeerSockets?> sockets) : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer)
    {
        writer.Counter("relay_turn_tcp_bytes_total", "Bytes carried between TURN clients and peers over TCP allocations.");
        for (int i = 0; i < sockets.Count; i++)
        {
            string worker = i.ToString(CultureInfo.InvariantCulture);
            writer.Sample([("worker", worker), ("direction", "from_clients")], sockets[i]?.BytesFromClients ?? 0);
            writer.Sample([("worker", worker), ("direction", "to_clients")], sockets[i]?.BytesToClients ?? 0);
        }
    }
}

using System.Globalization;
using System.Text.Json;
using Relay.Core.Turn;

namespace Relay.Host.Telemetry;

/// <summary>The workers' TURN counters as metrics. No label names a user, an allocation or an address.</summary>
/// <param name="counters">Each worker's, by the workers' numbers.</param>
internal sealed class TurnMetrics(IReadOnlyList<TurnCounters> counters) : IMetricsSource
{
    private readonly IReadOnlyList<TurnCounters> _counters = counters;

    public void WriteTo(PrometheusWriter writer)
    {
        Each(writer.Gauge("relay_turn_allocations", "TURN allocations that there are."), turn => turn.Allocations);
        Each(
            writer.Counter("relay_turn_allocations_opened_total", "TURN allocations ever made."), turn => turn.AllocationsTotal);
        Each(
            writer.Counter("relay_turn_allocations_drained_total", "TURN allocations that the deadline of a drain ended."),
            turn => turn.AllocationsDrained);
        Each(
            writer.Gauge("relay_turn_shared_addresses", "Relayed addresses of TURN allocations on ports that several may have."),
            turn => turn.SharedAddresses);
        Each(
            writer.Gauge("relay_turn_tcp_connections", "TCP connections of TURN allocations to peers that there are."),
            turn => turn.PeerConnections);
        Each(
            writer.Counter("relay_turn_tcp_connections_begun_total", "TCP connections of TURN allocations ever begun, by either side."),
            turn => turn.PeerConnectionsTotal);
        Each(writer.Counter("relay_turn_requests_total", "STUN requests, answered or not."), turn => turn.Requests);
        WriteRefusals(writer);
        writer.Counter("relay_turn_packets_total", "Packets carried between TURN clients and their peers.");
        ByDirection(writer, turn => turn.MessagesFromClients, turn => turn.MessagesToClients);
        writer.Counter("relay_turn_bytes_total", "Bytes of those packets, without TURN's headers.");
        ByDirection(writer, turn => turn.BytesFromClients, turn => turn.BytesToClients);
    }

    private void WriteRefusals(PrometheusWriter writer)
    {
        writer.Counter("relay_turn_refusals_total", "STUN requests refused, by reason.");
        for (int i = 0; i < _counters.Count; i++)
        {
            foreach (TurnRefusal reason in Enum.GetValues<TurnRefusal>())
            {
                if (reason != TurnRefusal.None)
                {
                    string name = JsonNamingPolicy.SnakeCaseLower.ConvertName(reason.ToString());
                    writer.Sample([("worker", Name(i)), ("reason", name)], _counters[i].Refused(reason));
                }
            }
        }
    }

    private void Each(PrometheusWriter writer, Func<TurnCounters, long> read)
    {
        for (int i = 0; i < _counters.Count; i++)
        {
            writer.Sample("worker", Name(i), read(_counters[i]));
        }
    }

    private void ByDirection(
        PrometheusWriter writer, Func<TurnCounters, long> fromClients, Func<TurnCounters, long> toClients)
    {
        for (int i = 0; i < _counters.Count; i++)
        {
            writer.Sample([("worker", Name(i)), ("direction", "from_clients")], fromClients(_counters[i]));
            writer.Sample([("worker", Name(i)), ("direction", "to_clients")], toClients(_counters[i]));
        }
    }

    private static string Name(int worker) => worker.ToString(CultureInfo.InvariantCulture);
}

using System.Text.Json;
using Relay.Host.Telemetry;

namespace Relay.Host.Turn;

/// <summary>What became of connections to Turn:Listen as metrics. No label names a client.</summary>
/// <param name="counters">Of all ports.</param>
/// <param name="tables">Each worker's streams, by the workers' numbers.</param>
internal sealed class StreamMetrics(StreamCounters counters, IReadOnlyList<StreamTable> tables) : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer)
    {
        writer.Counter("relay_stream_ended_total", "Connections to Turn:Listen that ended, by how; HTTP's are not among them.");
        foreach (StreamOutcome outcome in Enum.GetValues<StreamOutcome>())
        {
            writer.Sample("outcome", JsonNamingPolicy.SnakeCaseLower.ConvertName(outcome.ToString()), counters[outcome]);
        }

        writer.Counter("relay_stream_opened_total", "Streams ever opened, by what they carry.");
        foreach (StreamKind kind in Enum.GetValues<StreamKind>())
        {
            writer.Sample("kind", JsonNamingPolicy.SnakeCaseLower.ConvertName(kind.ToString()), counters.Opened(kind));
        }

        writer.Counter("relay_stream_tls_handshakes_total", "TLS handshakes that succeeded.").Sample(counters.Handshakes);
        Each(writer.Gauge("relay_streams", "Streams that are open."), table => table.OpenCount);
        Each(writer.Counter("relay_stream_received_total", "Messages that workers took from streams."), table => table.MessagesReceived);
        Each(writer.Counter("relay_stream_sent_total", "Messages that workers sent to streams."), table => table.MessagesSent);
        Each(
            writer.Counter("relay_stream_lost_total", "Messages for streams that were gone or read too slowly."),
            table => table.MessagesLost);
        Each(writer.Gauge("relay_stream_buffer_bytes", "Bytes of buffers made so far."), table => table.BufferBytes);
    }

    private void Each(PrometheusWriter writer, Func<StreamTable, long> read)
    {
        for (int i = 0; i < tables.Count; i++)
        {
            writer.Sample("worker", i.ToString(System.Globalization.CultureInfo.InvariantCulture), read(tables[i]));
        }
    }
}

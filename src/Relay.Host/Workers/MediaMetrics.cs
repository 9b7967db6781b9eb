using System.Globalization;
using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Relay.Host.Platform;
using Relay.Host.Platform.OpenSsl;
using Relay.Host.Telemetry;

namespace Relay.Host.Workers;

/// <summary>The workers' counters as metrics, labelled by worker. No label names a user, a leg or an address.</summary>
internal sealed class MediaMetrics(MediaPlane plane) : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer)
    {
        WriteEngine(writer);
        WriteSocket(writer);
        WriteWorker(writer);
        WriteLatency(writer);
        writer.Gauge("relay_plain_legs", "Legs with given keys, opened through the admin API; among relay_legs.")
            .Sample(plane.PlainLegCount);
        writer.Counter("relay_legs_connected_total", "Legs whose ICE and DTLS were done, or whose given address is known.")
            .Sample(plane.LegsConnected);
        WriteClosed(writer);
        writer.Gauge("relay_openssl_objects", "OpenSSL objects alive: DTLS associations and cipher contexts.")
            .Sample("kind", "dtls", OpenSslObjects.Live)
            .Sample("kind", "cipher", EvpContext.LiveCount);
    }

    private void WriteEngine(PrometheusWriter writer)
    {
        Counter(writer, "relay_datagrams_received_total", "Datagrams handed to the engine.", w => w.Counters.Received);
        Counter(
            writer,
            "relay_datagrams_forwarded_total",
            "Received datagrams that went on to at least one leg.",
            w => w.Counters.Forwarded);
        Counter(writer, "relay_datagrams_consumed_total", "Received STUN, DTLS and RTCP.", w => w.Counters.Consumed);
        WriteDrops(writer);
        Counter(
            writer,
            "relay_datagrams_transmitted_total",
            "Datagrams put into the transmit queue.",
            w => w.Counters.Transmitted);
        Counter(
            writer,
            "relay_transmits_refused_total",
            "Outgoing packets without a slot or room in the queue.",
            w => w.Counters.Refused);
        Counter(writer, "relay_rtx_sent_total", "Packets sent again over RTX.", w => w.Counters.Retransmitted);
        Counter(writer, "relay_rtx_recovered_total", "Packets lost on the way in and recovered.", w => w.Counters.Recovered);
        Counter(writer, "relay_nacks_sent_total", "NACK messages sent.", w => w.Counters.NacksSent);
        WriteKeyframeRequests(writer);
    }

    private void WriteSocket(PrometheusWriter writer)
    {
        Counter(
            writer,
            "relay_socket_receive_calls_total",
            "Receive calls that brought something.",
            w => w.SocketCounters.ReceiveCalls);
        Counter(
            writer,
            "relay_socket_received_messages_total",
            "Messages received: trains (GRO) and single datagrams.",
            w => w.SocketCounters.ReceivedMessages);
        Counter(
            writer,
            "relay_socket_received_total",
            "Datagrams received; divided by messages, the length of trains.",
            w => w.SocketCounters.Received);
        Counter(
            writer,
            "relay_socket_kernel_drops_total",
            "Datagrams that the kernel dropped before the worker saw them: its receive buffer was full, or a checksum wrong.",
            w => w.SocketCounters.KernelDrops);
        Counter(
            writer,
            "relay_socket_truncated_total",
            "Datagrams too long for media, never handed to the engine.",
            w => w.SocketCounters.TruncatedReceives);
        Counter(writer, "relay_socket_receive_errors_total", "Receive calls that failed.", w => w.SocketCounters.ReceiveErrors);
        Counter(writer, "relay_socket_send_calls_total", "Send calls.", w => w.SocketCounters.SendCalls);
        Counter(
            writer,
            "relay_socket_sent_messages_total",
            "Messages sent: trains (GSO) and single datagrams.",
            w => w.SocketCounters.SentMessages);
        Counter(writer, "relay_socket_sent_total", "Datagrams that the system took for sending.", w => w.SocketCounters.Sent);
        Counter(
            writer,
            "relay_socket_trains_refused_total",
            "Trains that the system refused and that went out datagram by datagram.",
            w => w.SocketCounters.TrainsRefused);
        Counter(
            writer,
            "relay_socket_send_refused_total",
            "Datagrams that the system refused to send.",
            w => w.SocketCounters.SendErrors);
        Counter(
            writer,
            "relay_socket_send_buffer_full_total",
            "Datagrams lost to a full send buffer.",
            w => w.SocketCounters.SendBufferFull);
        Gauge(
            writer,
            "relay_socket_receive_buffer_bytes",
            "The receive buffer that the system granted; 0 if it does not say.",
            w => w.ReceiveBufferBytes);
        Gauge(writer, "relay_gso", "1 if trains are sent.", w => w.Offloads.HasFlag(DatagramOffloads.Send) ? 1 : 0);
        Gauge(writer, "relay_gro", "1 if trains are received.", w => w.Offloads.HasFlag(DatagramOffloads.Receive) ? 1 : 0);
    }

    private void WriteWorker(PrometheusWriter writer)
    {
        Gauge(
            writer,
            "relay_coalesce_microseconds",
            "How long packets may gather under load; 0 if never.",
            w => (long)w.CoalesceMax.TotalMicroseconds);
        Counter(writer, "relay_coalesce_pauses_total", "Pauses in which packets gathered.", w => w.CoalescePauses);
        Counter(
            writer, "relay_worker_allocated_bytes_total", "Managed bytes allocated by the packet thread.", w => w.AllocatedBytes);
        Gauge(writer, "relay_legs", "Open transports.", w => w.TransportCount);
        Gauge(
            writer,
            "relay_handshakes_in_hand",
            "DTLS associations given to the handshake thread and not taken back yet.",
            w => w.HandshakesInHand);
        Gauge(writer, "relay_pool_slots", "Packet slots that there are.", w => w.PoolSlots);
        Gauge(writer, "relay_pool_slots_in_use", "Packet slots in use.", w => w.PoolSlotsInUse);
    }

    private void WriteKeyframeRequests(PrometheusWriter writer)
    {
        writer.Counter("relay_keyframe_requests_total", "PLI and FIR messages sent, by reason.");
        foreach (Worker worker in plane.Workers)
        {
            foreach (KeyframeReason reason in Enum.GetValues<KeyframeReason>())
            {
                writer.Sample(
                    [("worker", Name(worker)), ("reason", ToSnakeCase(reason.ToString()))],
                    worker.Counters.KeyframeRequests(reason));
            }
        }
    }

    private void WriteDrops(PrometheusWriter writer)
    {
        writer.Counter("relay_datagrams_dropped_total", "Datagrams dropped, by reason.");
        foreach (Worker worker in plane.Workers)
        {
            foreach (DropReason reason in Enum.GetValues<DropReason>())
            {
                long count = worker.Counters.Dropped(reason);
                if (reason != DropReason.None && count > 0)
                {
                    writer.Sample([("worker", Name(worker)), ("reason", ToSnakeCase(reason.ToString()))], count);
                }
            }
        }
    }

    // Cumulative, as the format wants it: each bucket counts all that is not above its bound.
    private void WriteLatency(PrometheusWriter writer)
    {
        if (plane.Workers[0].Latency is null)
        {
            return;
        }

        writer.Histogram(
            "relay_forward_latency_seconds",
            "From the kernel's receive timestamp of a datagram to the send call of each datagram that it caused.");
        foreach (Worker worker in plane.Workers)
        {
            LatencyHistogram latency = worker.Latency!;
            double total = 0;
            for (int i = 0; i < latency.BucketCount; i++)
            {
                long bound = LatencyHistogram.UpperBoundNanoseconds(i);
                total += latency.Count(i);
                string le = bound == long.MaxValue ? "+Inf" : (bound / 1e9).ToString(CultureInfo.InvariantCulture);
                writer.Sample("_bucket", [("worker", Name(worker)), ("le", le)], total);
            }

            writer.Sample("_sum", [("worker", Name(worker))], latency.SumNanoseconds / 1e9);
            writer.Sample("_count", [("worker", Name(worker))], total);
        }
    }

    private void WriteClosed(PrometheusWriter writer)
    {
        writer.Counter("relay_legs_closed_total", "Legs that ended, by reason.");
        foreach (CloseReason reason in Enum.GetValues<CloseReason>())
        {
            if (reason != CloseReason.None)
            {
                writer.Sample("reason", ToSnakeCase(reason.ToString()), plane.LegsClosed(reason));
            }
        }
    }

    private void Counter(PrometheusWriter writer, string name, string help, Func<Worker, long> read) =>
        Sample(writer.Counter(name, help), read);

    private void Gauge(PrometheusWriter writer, string name, string help, Func<Worker, long> read) =>
        Sample(writer.Gauge(name, help), read);

    private void Sample(PrometheusWriter family, Func<Worker, long> read)
    {
        foreach (Worker worker in plane.Workers)
        {
            family.Sample("worker", Name(worker), read(worker));
        }
    }

    private static string Name(Worker worker) => worker.Index.ToString(CultureInfo.InvariantCulture);

    private static string ToSnakeCase(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        foreach (char c in name)
        {
            if (char.IsUpper(c) && text.Length > 0)
            {
                text.Append('_');
            }

            text.Append(char.ToLowerInvariant(c));
        }

        return text.ToString();
    }
}

using Relay.Core.Diagnostics;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;
using Relay.Host.Workers;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class MediaMetricsTests
{
    [Fact]
    public void Each_worker_has_its_counters()
    {
        using var media = new MediaPlane(new MediaOptions { Port = 0, Workers = 2, PoolSlotsPerWorker = 1024, MaxLegsPerWorker = 4, LegsPerWorkerTarget = 4 });
        EngineCounters counters = media.Workers[1].Counters;
        counters.CountReceived();
        counters.CountReceived();
        counters.CountForwarded();
        counters.CountTransmitted();
        counters.CountRetransmitted();
        counters.CountRecovered();
        counters.CountNackSent();
        counters.CountKeyframeRequest(KeyframeReason.NewPartner);
        counters.CountKeyframeRequest(KeyframeReason.UplinkLoss);
        counters.CountRefused();
        counters.CountConsumed();
        MetricsSnapshot metrics = Scrape(media);
        Assert.Equal(0, metrics["relay_datagrams_received_total{worker=\"0\"}"]);
        Assert.Equal(2, metrics["relay_datagrams_received_total{worker=\"1\"}"]);
        string[] ones =
        [
            "relay_datagrams_forwarded_total", "relay_datagrams_consumed_total", "relay_datagrams_transmitted_total", "relay_transmits_refused_total",
            "relay_rtx_sent_total", "relay_rtx_recovered_total", "relay_nacks_sent_total",
        ];
        Assert.All(ones, name => Assert.Equal(1, metrics[name + "{worker=\"1\"}"]));
        Assert.Equal(1, metrics["relay_keyframe_requests_total{worker=\"1\",reason=\"new_partner\"}"]);
        Assert.Equal(1, metrics["relay_keyframe_requests_total{worker=\"1\",reason=\"uplink_loss\"}"]);
        Assert.Equal(2, metrics.Sum("relay_keyframe_requests_total"));
        Assert.Equal(0, metrics.Sum("relay_legs"));
        Assert.Contains("relay_openssl_objects{kind=\"dtls\"}", metrics.Samples.Keys, StringComparer.Ordinal);
        Assert.Contains("relay_worker_allocated_bytes_total{worker=\"0\"}", metrics.Samples.Keys, StringComparer.Ordinal);
    }

    [Fact]
    public void What_the_kernel_does_for_the_sockets_is_told()
    {
        using var media = new MediaPlane(Small());
        MetricsSnapshot metrics = Scrape(media);
        Assert.Equal((1, 1, 0), (metrics["relay_gso{worker=\"0\"}"], metrics["relay_gro{worker=\"0\"}"], metrics["relay_coalesce_microseconds{worker=\"0\"}"]));
        string[] names =
        [
            "relay_socket_receive_calls_total", "relay_socket_received_messages_total", "relay_socket_received_total", "relay_socket_send_calls_total",
            "relay_socket_sent_messages_total", "relay_socket_trains_refused_total", "relay_coalesce_pauses_total",
            "relay_socket_receive_buffer_bytes", "relay_socket_kernel_drops_total", "relay_handshakes_in_hand", "relay_pool_slots",
        ];
        Assert.All(names, name => Assert.Contains(name + "{worker=\"0\"}", metrics.Samples.Keys, StringComparer.Ordinal));
        Assert.Equal((1024, 0), (metrics["relay_pool_slots{worker=\"0\"}"], metrics["relay_plain_legs"]));
        Assert.DoesNotContain(metrics.Samples.Keys, key => key.StartsWith("relay_forward_latency", StringComparison.Ordinal));

        using var plain = new MediaPlane(Small(gso: false, gro: false));
        metrics = Scrape(plain);
        Assert.Equal((0, 0), (metrics["relay_gso{worker=\"0\"}"], metrics["relay_gro{worker=\"0\"}"]));
    }

    [Fact]
    public void Latency_is_a_cumulative_histogram_in_seconds()
    {
        using var media = new MediaPlane(Small(measure: true));
        LatencyHistogram latency = media.Workers[0].Latency!;
        latency.Add(1000);
        latency.Add(50_000);
        latency.Add(1_000_000_000);
        MetricsSnapshot metrics = Scrape(media);
        Assert.Equal(1, metrics["relay_forward_latency_seconds_bucket{worker=\"0\",le=\"4.096E-06\"}"]);
        Assert.Equal(2, metrics["relay_forward_latency_seconds_bucket{worker=\"0\",le=\"0.134217728\"}"]);
        Assert.Equal(3, metrics["relay_forward_latency_seconds_bucket{worker=\"0\",le=\"+Inf\"}"]);
        Assert.Equal(3, metrics["relay_forward_latency_seconds_count{worker=\"0\"}"]);
        Assert.Equal(1.000051, metrics["relay_forward_latency_seconds_sum{worker=\"0\"}"], precision: 9);
    }

    [Fact]
    public void Drops_are_told_by_reason_in_snake_case_and_only_those_that_happened()
    {
        using var media = new MediaPlane(new MediaOptions { Port = 0, PoolSlotsPerWorker = 1024, MaxLegsPerWorker = 4, LegsPerWorkerTarget = 4 });
        EngineCounters counters = media.Workers[0].Counters;
        counters.CountDropped(DropReason.UnknownFlow);
        counters.CountDropped(DropReason.SrtpAuthenticationFailed);
        counters.CountDropped(DropReason.SrtpAuthenticationFailed);
        counters.CountDropped(DropReason.None);
        MetricsSnapshot metrics = Scrape(media);
        Assert.Equal(
            [
                ("relay_datagrams_dropped_total{worker=\"0\",reason=\"srtp_authentication_failed\"}", 2.0),
                ("relay_datagrams_dropped_total{worker=\"0\",reason=\"unknown_flow\"}", 1.0),
            ],
            metrics.Samples.Where(s => s.Key.StartsWith("relay_datagrams_dropped_total", StringComparison.Ordinal))
                .OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => (s.Key, s.Value)));
    }

    [Fact]
    public void Every_reason_has_a_name_of_its_own()
    {
        using var media = new MediaPlane(new MediaOptions { Port = 0, PoolSlotsPerWorker = 1024, MaxLegsPerWorker = 4, LegsPerWorkerTarget = 4 });
        foreach (DropReason reason in Enum.GetValues<DropReason>())
        {
            media.Workers[0].Counters.CountDropped(reason);
        }

        string[] names = [.. Scrape(media).Samples.Keys.Where(k => k.StartsWith("relay_datagrams_dropped_total", StringComparison.Ordinal))];
        Assert.Equal(EngineCounters.DropReasonCount - 1, names.Length);
        Assert.All(names, name => Assert.Matches("reason=\"[a-z]+(_[a-z]+)*\"}$", name));
    }

    private static MediaOptions Small(bool gso = true, bool gro = true, bool measure = false) => new()
    {
        Port = 0,
        PoolSlotsPerWorker = 1024,
        MaxLegsPerWorker = 4,
        LegsPerWorkerTarget = 4,
        Gso = gso,
        Gro = gro,
        MeasureLatency = measure,
    };

    private static MetricsSnapshot Scrape(MediaPlane media)
    {
        var writer = new PrometheusWriter();
        new MediaMetrics(media).WriteTo(writer);
        return MetricsSnapshot.Parse(writer.ToString());
    }
}

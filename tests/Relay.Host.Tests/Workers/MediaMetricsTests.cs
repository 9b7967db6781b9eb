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
        counters.CountKeyframeRequest();
        counters.CountRefused();
        counters.CountConsumed();
        MetricsSnapshot metrics = Scrape(media);
        Assert.Equal(0, metrics["relay_datagrams_received_total{worker=\"0\"}"]);
        Assert.Equal(2, metrics["relay_datagrams_received_total{worker=\"1\"}"]);
        string[] ones =
        [
            "relay_datagrams_forwarded_total", "relay_datagrams_consumed_total", "relay_datagrams_transmitted_total", "relay_transmits_refused_total",
            "relay_rtx_sent_total", "relay_rtx_recovered_total", "relay_nacks_sent_total", "relay_keyframe_requests_total",
        ];
        Assert.All(ones, name => Assert.Equal(1, metrics[name + "{worker=\"1\"}"]));
        Assert.Equal(0, metrics.Sum("relay_legs"));
        Assert.Contains("relay_openssl_objects{kind=\"dtls\"}", metrics.Samples.Keys, StringComparer.Ordinal);
        Assert.Contains("relay_worker_allocated_bytes_total{worker=\"0\"}", metrics.Samples.Keys, StringComparer.Ordinal);
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

    private static MetricsSnapshot Scrape(MediaPlane media)
    {
        var writer = new PrometheusWriter();
        new MediaMetrics(media).WriteTo(writer);
        return MetricsSnapshot.Parse(writer.ToString());
    }
}

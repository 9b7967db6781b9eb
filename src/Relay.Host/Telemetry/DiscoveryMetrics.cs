using Relay.Core.Turn;

namespace Relay.Host.Telemetry;

/// <summary>What NAT behaviour discovery was asked, as metrics.</summary>
internal sealed class DiscoveryMetrics(BehaviorDiscovery discovery) : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer)
    {
        writer.Counter("relay_discovery_requests_total", "Binding requests for NAT behaviour discovery, answered or not.")
            .Sample(discovery.Requests);
        writer.Counter("relay_discovery_answers_total", "Answers to them.").Sample(discovery.Answers);
    }
}

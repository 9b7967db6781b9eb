using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Platform;
using Relay.Host.Telemetry;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public sealed class DiscoveryMetricsTests
{
    [Fact]
    public void Questions_and_answers_are_counted()
    {
        var discovery = new BehaviorDiscovery(
            TransportAddress.FromIPv4(0xC000_0201, 3478),
            TransportAddress.FromIPv4(0xC000_0202, 3479),
            new PrefixBudget(4, 1, 1, new SystemRandomSource()));
        byte[] request = [0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
        for (int i = 0; i < 3; i++)
        {
            discovery.Handle(request, 0, TransportAddress.FromIPv4(0xC000_0207, 5000), new byte[2048], out _, Instant.Zero);
        }

        var writer = new PrometheusWriter();
        new DiscoveryMetrics(discovery).WriteTo(writer);
        MetricsSnapshot metrics = MetricsSnapshot.Parse(writer.ToString());

        Assert.Equal((3, 1), (metrics["relay_discovery_requests_total"], metrics["relay_discovery_answers_total"]));
    }
}

using Relay.Host.Telemetry;

namespace Relay.Host.Admin;

/// <summary>The numbers of the admin API that the workers do not know.</summary>
internal sealed class AdminMetrics(AdminControl control) : IMetricsSource
{
    public void WriteTo(PrometheusWriter writer) =>
        writer.Gauge("relay_rooms", "Rooms built by hand.").Sample(control.RoomCount);
}

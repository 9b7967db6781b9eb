namespace Relay.Host.Telemetry;

/// <summary>
/// Whatever has numbers for /metrics. Register any number of them as services; each is asked on every scrape, on a
/// request thread, so it must only read counters and never block.
/// </summary>
public interface IMetricsSource
{
    /// <summary>Writes whole metric families (name, help, samples); names must not repeat between sources.</summary>
    void WriteTo(PrometheusWriter writer);
}

using System.Globalization;
using Relay.Testing.Api;

namespace Relay.Load.Benches;

/// <summary>
/// The relay's own histogram, from the kernel's receive timestamp to the moment before the send call (Media:MeasureLatency),
/// between two scrapes of /metrics.
/// </summary>
internal sealed class RelayLatency
{
    private const string Bucket = "relay_forward_latency_seconds_bucket{";

    private readonly SortedDictionary<double, double> _cumulative = [];

    private RelayLatency()
    {
    }

    public double Count => _cumulative.Count == 0 ? 0 : _cumulative.Values.Last();

    public static async Task<RelayLatency> ScrapeAsync(RelayApiClient api)
    {
        var latency = new RelayLatency();
        foreach ((string name, double value) in (await api.ScrapeAsync()).Samples)
        {
            if (name.StartsWith(Bucket, StringComparison.Ordinal))
            {
                string bound = name.Split("le=\"")[1].Split('"')[0];
                double seconds = bound is "+Inf" ? double.PositiveInfinity : double.Parse(bound, CultureInfo.InvariantCulture);
                latency._cumulative[seconds] = latency._cumulative.GetValueOrDefault(seconds) + value;
            }
        }

        return latency;
    }

    /// <summary>The upper bound, in microseconds, of the bucket with that share of what was added since an earlier scrape.</summary>
    public double PercentileMicroseconds(double share, RelayLatency since)
    {
        double wanted = share * (Count - since.Count);
        foreach ((double bound, double count) in _cumulative)
        {
            if (count - since._cumulative.GetValueOrDefault(bound) >= wanted)
            {
                return bound * 1e6;
            }
        }

        return double.PositiveInfinity;
    }
}

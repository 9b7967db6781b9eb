using System.Globalization;
using Relay.Testing.Api;

namespace Relay.Load.Servers;

/// <summary>What a relay has dropped since it started, by its own metrics: in the kernel before it looked, and by reason.</summary>
internal sealed class RelayDrops
{
    private const string Kernel = "relay_socket_kernel_drops_total";
    private const string ByReason = "relay_datagrams_dropped_total";

    private readonly Dictionary<string, double> _counts;

    private RelayDrops(Dictionary<string, double> counts) => _counts = counts;

    public static async Task<RelayDrops> ReadAsync(Uri api)
    {
        using var client = new RelayApiClient(api);
        MetricsSnapshot metrics = await client.ScrapeAsync();
        return new RelayDrops(metrics.Samples
            .Where(s => s.Key.StartsWith(Kernel, StringComparison.Ordinal) || s.Key.StartsWith(ByReason, StringComparison.Ordinal))
            .ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal));
    }

    /// <summary>What was added since <paramref name="before"/>, for people.</summary>
    public string Since(RelayDrops before)
    {
        string[] grown =
        [
            .. _counts.Select(c => (c.Key, Count: c.Value - before._counts.GetValueOrDefault(c.Key)))
                .Where(c => c.Count > 0)
                .Select(c => string.Create(CultureInfo.InvariantCulture, $"{c.Count:F0} {c.Key}")),
        ];
        return grown.Length == 0 ? "nothing" : string.Join(", ", grown);
    }
}

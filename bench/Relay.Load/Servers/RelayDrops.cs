using System.Globalization;
using Relay.Testing.Api;

namespace Relay.Load.Servers;

/// <summary>What a relay has dropped since it started, by its own metrics: in the kernel before it looked, and by reason.</summary>
internal sealed class RelayDrops
{
    private const string Kernel = "relay_socket_kernel_drops_total";
    private const string ByReason = "relay_datagrams_dropped_total";

    private readonly Dictionary<string, double> _counts;
    private readonly double _pauseSeconds;

    private RelayDrops(Dictionary<string, double> counts, double pauseSeconds)
    {
        _counts = counts;
        _pauseSeconds = pauseSeconds;
    }

    public static async Task<RelayDrops> ReadAsync(Uri api)
    {
        using var client = new RelayApiClient(api);
        MetricsSnapshot metrics = await client.ScrapeAsync();
        Dictionary<string, double> counts = metrics.Samples
            .Where(s => s.Key.StartsWith(Kernel, StringComparison.Ordinal) || s.Key.StartsWith(ByReason, StringComparison.Ordinal))
            .ToDictionary(s => s.Key, s => s.Value, StringComparer.Ordinal);
        return new RelayDrops(counts, metrics["relay_gc_pause_seconds_total"]);
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
        string dropped = grown.Length == 0 ? "nothing" : string.Join(", ", grown);
        return string.Create(
            CultureInfo.InvariantCulture, $"{dropped} (its collector paused {1000 * (_pauseSeconds - before._pauseSeconds):F0} ms in all)");
    }
}

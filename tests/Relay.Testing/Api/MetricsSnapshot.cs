using System.Globalization;

namespace Relay.Testing.Api;

/// <summary>One scrape of /metrics (Prometheus text format).</summary>
public sealed class MetricsSnapshot
{
    private readonly Dictionary<string, double> _samples;

    private MetricsSnapshot(Dictionary<string, double> samples) => _samples = samples;

    /// <summary>Every sample by its name with labels as printed, such as <c>relay_dropped_total{reason="empty"}</c>.</summary>
    public IReadOnlyDictionary<string, double> Samples => _samples;

    /// <summary>A sample by its full name; 0 if it is not there.</summary>
    public double this[string sample] => _samples.GetValueOrDefault(sample);

    /// <summary>The sum of a family over all its labels; 0 if it is not there.</summary>
    public double Sum(string family) => _samples
        .Where(s => s.Key.Equals(family, StringComparison.Ordinal) || s.Key.StartsWith(family + "{", StringComparison.Ordinal))
        .Sum(s => s.Value);

    /// <exception cref="FormatException">A line is no sample and no comment.</exception>
    public static MetricsSnapshot Parse(string text)
    {
        var samples = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (line.StartsWith('#'))
            {
                continue;
            }

            // Label values may hold spaces; the value is behind the last closing brace, or behind the bare name.
            int split = line.IndexOf(' ', line.LastIndexOf('}') + 1);
            if (split < 0)
            {
                throw new FormatException("No metric: " + line);
            }

            samples[line[..split].TrimEnd()] = double.Parse(line[split..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
        }

        return new MetricsSnapshot(samples);
    }
}

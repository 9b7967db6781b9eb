using System.Globalization;
using System.Text;

namespace Relay.Host.Telemetry;

/// <summary>
/// Writes the Prometheus text exposition format, version 0.0.4: a HELP and a TYPE line per family, then its samples. Not
/// thread-safe; one per scrape.
/// </summary>
public sealed class PrometheusWriter
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();
    private string _family = string.Empty;

    /// <summary>Starts a family that only grows; by custom its name ends in _total.</summary>
    public PrometheusWriter Counter(string name, string help) => Family(name, help, "counter");

    /// <summary>Starts a family whose values go up and down.</summary>
    public PrometheusWriter Gauge(string name, string help) => Family(name, help, "gauge");

    /// <summary>Starts a family of histograms; each is samples with the suffixes _bucket, _sum and _count.</summary>
    public PrometheusWriter Histogram(string name, string help) => Family(name, help, "histogram");

    /// <summary>A sample without labels.</summary>
    public PrometheusWriter Sample(long value) => Sample([], value);

    /// <summary>A sample with one label.</summary>
    public PrometheusWriter Sample(string label, string labelValue, long value) => Sample([(label, labelValue)], value);

    /// <summary>A sample of the family last started.</summary>
    public PrometheusWriter Sample(ReadOnlySpan<(string Name, string Value)> labels, long value) =>
        Append(string.Empty, labels, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>A sample of the family last started whose name goes on with the suffix.</summary>
    public PrometheusWriter Sample(string suffix, ReadOnlySpan<(string Name, string Value)> labels, double value) =>
        Append(suffix, labels, value.ToString(CultureInfo.InvariantCulture));

    /// <summary>Everything written so far.</summary>
    public override string ToString() => _text.ToString();

    private PrometheusWriter Append(string suffix, ReadOnlySpan<(string Name, string Value)> labels, string value)
    {
        _text.Append(_family).Append(suffix);
        for (int i = 0; i < labels.Length; i++)
        {
            _text.Append(i == 0 ? '{' : ',').Append(labels[i].Name).Append("=\"");
            AppendEscaped(labels[i].Value, quotes: true);
            _text.Append('"');
        }

        if (labels.Length > 0)
        {
            _text.Append('}');
        }

        _text.Append(' ').Append(value).Append('\n');
        return this;
    }

    private PrometheusWriter Family(string name, string help, string type)
    {
        _family = name;
        _text.Append("# HELP ").Append(name).Append(' ');
        AppendEscaped(help, quotes: false);
        _text.Append("\n# TYPE ").Append(name).Append(' ').Append(type).Append('\n');
        return this;
    }

    private void AppendEscaped(string text, bool quotes)
    {
        foreach (char c in text)
        {
            _ = c switch
            {
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '"' when quotes => _text.Append("\\\""),
                _ => _text.Append(c),
            };
        }
    }
}

using Relay.Host.Telemetry;
using Xunit;

namespace Relay.Host.Tests.Telemetry;

public class PrometheusWriterTests
{
    [Fact]
    public void Families_and_samples_follow_the_text_format()
    {
        var writer = new PrometheusWriter();
        writer.Counter("a_total", "Things, \\ counted\nwell.").Sample(1).Sample("kind", "x\"y\\z\n", -2);
        writer.Gauge("b", "Now.").Sample([("p", "1"), ("q", "2")], long.MaxValue);
        Assert.Equal(
            "# HELP a_total Things, \\\\ counted\\nwell.\n"
            + "# TYPE a_total counter\n"
            + "a_total 1\n"
            + "a_total{kind=\"x\\\"y\\\\z\\n\"} -2\n"
            + "# HELP b Now.\n"
            + "# TYPE b gauge\n"
            + "b{p=\"1\",q=\"2\"} 9223372036854775807\n",
            writer.ToString());
    }

    [Fact]
    public void A_histogram_has_suffixed_samples()
    {
        var writer = new PrometheusWriter();
        writer.Histogram("h_seconds", "How long.").Sample("_bucket", [("le", "0.5")], 3).Sample("_sum", [], 0.25).Sample("_count", [], 3);
        Assert.Equal(
            "# HELP h_seconds How long.\n# TYPE h_seconds histogram\nh_seconds_bucket{le=\"0.5\"} 3\nh_seconds_sum 0.25\nh_seconds_count 3\n",
            writer.ToString());
    }
}

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
}

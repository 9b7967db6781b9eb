using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Testing;

public class MetricsSnapshotTests
{
    [Fact]
    public void Samples_are_found_by_name_and_summed_by_family()
    {
        var metrics = MetricsSnapshot.Parse("""
            # HELP a_total Something.
            # TYPE a_total counter
            a_total{reason="one two"} 3
            a_total{reason="}"} 4
            a_total_other 100
            b 1.5e3
            """);
        Assert.Equal(3, metrics["a_total{reason=\"one two\"}"]);
        Assert.Equal(7, metrics.Sum("a_total"));
        Assert.Equal(1500, metrics["b"]);
        Assert.Equal(0, metrics["c"]);
    }

    [Fact]
    public void What_is_no_metric_is_refused() => Assert.Throws<FormatException>(() => MetricsSnapshot.Parse("nonsense"));
}

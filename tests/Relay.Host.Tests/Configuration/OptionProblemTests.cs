using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class OptionProblemTests
{
    [Fact]
    public void A_problem_is_one_line_with_key_value_rule_and_fix()
    {
        Assert.Equal(
            "Media:Port = \"x\": must be a port. Set Media:Port in the config file, RELAY_Media__Port or --Media:Port=40000",
            OptionProblem.OfValue("Media:Port", "x", "must be a port", "40000").ToString());
        string line = OptionProblem.OfValue("A:B", "1\r\n2" + new string('x', 200), "no", "1").ToString();
        Assert.DoesNotContain('\n', line);
        Assert.Contains("\"1??2xxx", line, StringComparison.Ordinal);
        Assert.Contains("x...\"", line, StringComparison.Ordinal);
    }
}

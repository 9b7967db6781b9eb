using Microsoft.Extensions.Configuration;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public class OptionBinderTests
{
    [Fact]
    public void Values_reach_their_properties_whatever_the_case_of_the_key()
    {
        List<OptionProblem> problems = [];
        RelayOptions options = Bind(problems, ("media:PORT", "7"), ("Http:Listen", "http://[::1]:1"), ("MEDIA:useportablesockets", "True"));
        Assert.Empty(problems);
        Assert.Equal((7, "http://[::1]:1", true), (options.Media.Port, options.Http.Listen, options.Media.UsePortableSockets));
    }

    [Fact]
    public void Every_wrong_key_and_value_is_reported()
    {
        List<OptionProblem> problems = [];
        Bind(problems, ("Media:Port", "many"), ("Media:UsePortableSockets", "1"), ("Media:Pool", "1"), ("Drain", "5"));
        Assert.Equal(
            "Drain Media:Pool Media:Port Media:UsePortableSockets",
            string.Join(' ', problems.Select(problem => problem.Key).Order(StringComparer.Ordinal)));
    }

    private static RelayOptions Bind(List<OptionProblem> problems, params (string Key, string Value)[] values)
    {
        var pairs = values.Select(value => new KeyValuePair<string, string?>(value.Key, value.Value));
        return OptionBinder.Bind(new ConfigurationBuilder().AddInMemoryCollection(pairs).Build(), problems);
    }
}

using Relay.Host.Configuration;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TurnSecretsTests
{
    [Fact]
    public void A_missing_secret_is_drawn_once_and_is_fit_to_be_an_option()
    {
        var options = new RelayOptions();
        TurnSecrets.EnsureOne(options.Turn);
        string drawn = Assert.Single(options.Turn.Secrets);
        Assert.Equal(43, drawn.Length);
        TurnSecrets.EnsureOne(options.Turn);
        Assert.Equal(drawn, Assert.Single(options.Turn.Secrets));
        var problems = new List<OptionProblem>();
        OptionCheck.Run(options, problems);
        Assert.Empty(problems);

        var other = new RelayOptions();
        TurnSecrets.EnsureOne(other.Turn);
        Assert.NotEqual(drawn, other.Turn.Secrets[0], StringComparer.Ordinal);
    }

    [Fact]
    public void The_operators_secrets_stay()
    {
        var options = new TurnServiceOptions { Secrets = ["0123456789abcdef"] };
        TurnSecrets.EnsureOne(options);
        Assert.Equal("0123456789abcdef", Assert.Single(options.Secrets));
    }
}

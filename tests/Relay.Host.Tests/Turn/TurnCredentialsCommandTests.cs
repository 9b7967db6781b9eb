using Relay.Core.Turn;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TurnCredentialsCommandTests
{
    private const string Secret = "sesame-sesame-sesame";

    private static readonly DateTimeOffset Now = DateTimeOffset.FromUnixTimeSeconds(1_800_000_000);

    [Theory]
    [InlineData("", "1800043200")]
    [InlineData("--user alice", "1800043200:alice")]
    [InlineData("--user=alice --ttl=60", "1800000060:alice")]
    [InlineData("--ttl 31622400", "1831622400")]
    [InlineData("--Turn:CredentialSeconds=100 --user alice", "1800000100:alice")]
    public void A_user_name_and_its_password_are_printed(string args, string username)
    {
        (int code, string output) = Run($"{args} --Turn:Secrets={Secret},another-another-another");
        Assert.Equal(0, code);
        Assert.Equal($"username: {username}\npassword: {TurnCredentials.Mint(Secret, username)}\n", output);
    }

    [Theory]
    [InlineData("")]
    [InlineData("--Turn:Secrets=short")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --ttl 0")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --ttl 31622401")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --ttl -1")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --ttl soon")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --ttl")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --user")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --user=\u00e4")]
    [InlineData("--Turn:Secrets=sesame-sesame-sesame --name=alice")]
    public void Without_a_secret_or_with_a_wrong_argument_nothing_is_printed(string args)
    {
        (int code, string output) = Run(args);
        Assert.Equal((2, string.Empty), (code, output));
    }

    [Fact]
    public void A_name_has_an_end()
    {
        string secret = "--Turn:Secrets=" + Secret;
        Assert.Equal(0, Run($"{secret} --user {new string('n', 128)}").Code);
        Assert.Equal(2, Run($"{secret} --user {new string('n', 129)}").Code);
    }

    private static (int Code, string Output) Run(string args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        int code = TurnCredentialsCommand.Run(args.Split(' ', StringSplitOptions.RemoveEmptyEntries), Now, output);
        return (code, output.ToString());
    }
}

using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

public sealed class OptionSourcesTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public void Dispose() => File.Delete(_file);

    [Fact]
    public void Without_sources_the_defaults_hold()
    {
        LoadedOptions loaded = OptionSources.Load([]);
        Assert.Empty(loaded.Problems);
        Assert.Equal("http://127.0.0.1:8080", loaded.Options.Http.Listen);
        Assert.Equal(40000, loaded.Options.Media.Port);
    }

    [Fact]
    public void The_command_line_wins_over_the_environment_and_that_over_the_file()
    {
        File.WriteAllText(_file, """
            // comments and trailing commas are fine
            {
              "$schema": "x",
              "Media": { "Port": 1, "Workers": 2, "MailboxCapacity": 64, "AnnouncedAddresses": ["192.0.2.1", "2001:db8::1"], },
              "Drain": {}
            }
            """);
        Environment.SetEnvironmentVariable("RELAY_Media__Workers", "3");
        Environment.SetEnvironmentVariable("RELAY_media__port", "4");
        try
        {
            LoadedOptions loaded = OptionSources.Load(["--config", _file, "--Media:Port=5", "--Media:UsePortableSockets=true"]);
            Assert.Empty(loaded.Problems);
            MediaOptions media = loaded.Options.Media;
            Assert.Equal((5, 3, 64, true), (media.Port, media.Workers, media.MailboxCapacity, media.UsePortableSockets));
            Assert.Equal("192.0.2.1 2001:db8::1", string.Join(' ', media.AnnouncedAddresses));
        }
        finally
        {
            Environment.SetEnvironmentVariable("RELAY_Media__Workers", null);
            Environment.SetEnvironmentVariable("RELAY_media__port", null);
        }
    }

    [Fact]
    public void Lists_are_given_item_by_item_or_with_commas()
    {
        File.WriteAllText(_file, """{ "Media": { "AnnouncedAddresses": [] }, "Http": { "TrustedProxies": ["10.0.0.0/8"] } }""");
        LoadedOptions loaded = OptionSources.Load(
        [
            "--config=" + _file,
            "--Media:AnnouncedAddresses:0=192.0.2.1",
            "--Http:AllowedOrigins=https://a.example, https://b.example",
        ]);
        Assert.Empty(loaded.Problems);
        Assert.Equal("192.0.2.1", string.Join(' ', loaded.Options.Media.AnnouncedAddresses));
        Assert.Equal("10.0.0.0/8", string.Join(' ', loaded.Options.Http.TrustedProxies));
        Assert.Equal("https://a.example https://b.example", string.Join(' ', loaded.Options.Http.AllowedOrigins));
    }

    [Theory]
    [InlineData("--Media:Prot=1", "Media:Prot", "Did you mean Media:Port?")]
    [InlineData("--Port=1", "Port", "Did you mean Media:Port?")]
    [InlineData("--Limits:ChatMaxCharacters=1", "Limits:ChatMaxCharacters", "Did you mean Limits:ChatMaxChars?")]
    [InlineData("--Http:Listen:0=http://127.0.0.1:1", "Http:Listen:0", "Did you mean Http:Listen?")]
    [InlineData("--Media:AnnouncedAddresses:x=1", "Media:AnnouncedAddresses:x", "Did you mean Media:AnnouncedAddresses?")]
    [InlineData("--Quux:Frobnicate:Everything=1", "Quux:Frobnicate:Everything", "Remove it")]
    [InlineData("--Media:Port=", "Media:Port", "from 0 to 65535 (port)")]
    [InlineData("--Media:Port=4e4", "Media:Port", "from 0 to 65535 (port)")]
    [InlineData("--Media:Port=99999999999", "Media:Port", "from 0 to 65535 (port)")]
    [InlineData("--Media:UsePortableSockets=yes", "Media:UsePortableSockets", "must be true or false")]
    [InlineData("--Media:Port", "--Media:Port", "Write --Section:Key=value")]
    [InlineData("-v", "-v", "Write --Section:Key=value")]
    [InlineData("--config", "--config", "must name a file")]
    [InlineData("--config=/no/such/file.json", "--config", "there is no such file")]
    public void What_is_not_understood_is_one_line_with_key_and_fix(string arg, string key, string says)
    {
        OptionProblem problem = Assert.Single(OptionSources.Load([arg]).Problems);
        string line = problem.ToString();
        Assert.StartsWith(key + " = ", line, StringComparison.Ordinal);
        Assert.Contains(says, line, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', line);
    }

    [Theory]
    [InlineData("--Turn:Secret=0123456789abcdefgh")]
    [InlineData("--Turn:Usres=name:0123456789abcdefgh")]
    [InlineData("--Turn:Password=0123456789abcdefgh")]
    [InlineData("--Admin:Kee=0123456789abcdefgh")]
    public void What_may_be_a_secret_under_a_wrong_key_is_not_shown(string arg) =>
        Assert.DoesNotContain(
            "0123456789abcdefgh", Assert.Single(OptionSources.Load([arg]).Problems).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("{", "is not JSON")]
    [InlineData("[]", "must hold one JSON object")]
    [InlineData("", "is not JSON")]
    [InlineData("""{ "Media": { "Port": 1, "port": 2 } }""", "Give each key once")]
    [InlineData("""{ "Media": { "Port": [1] } }""", "Media:Port:0")]
    [InlineData("""{ "Media": { "Prt": 1 } }""", "Media:Prt")]
    [InlineData("""{ "Media": { "Port": {} } }""", "must have a value")]
    [InlineData("""{ "Media": { "BindAddress": null } }""", "must have a value")]
    public void A_bad_file_is_told_in_one_line(string text, string says)
    {
        File.WriteAllText(_file, text);
        IReadOnlyList<OptionProblem> problems = OptionSources.Load(["--config", _file]).Problems;
        Assert.NotEmpty(problems);
        Assert.Contains(problems, problem => problem.ToString().Contains(says, StringComparison.Ordinal));
        Assert.All(problems, problem => Assert.DoesNotContain('\n', problem.ToString()));
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        IReadOnlyList<OptionProblem> problems = OptionSources.Load(
            ["--Media:Port=70000", "--Media:Workers=0", "--Drain:Seconds=0"]).Problems;
        Assert.Equal("Media:Port Media:Workers Drain:Seconds", string.Join(' ', problems.Select(problem => problem.Key)));
    }

    [Fact]
    public void A_value_with_line_breaks_stays_on_one_line() =>
        Assert.DoesNotContain('\n', Assert.Single(OptionSources.Load(["--Media:Port=1\n2"]).Problems).ToString());
}

using System.Text.RegularExpressions;

namespace Relay.Conventions.Tests;

/// <summary>The page talks to the relay that served it and to nobody else.</summary>
public sealed partial class PrivacyTests
{
    /// <summary>Names, not requests.</summary>
    private static readonly string[] Names = ["http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"];

    [Fact]
    public void The_page_asks_no_third_party_for_anything()
    {
        string[] files = [.. Repository.Files("*", "src/Relay.Host/wwwroot")];
        Assert.NotEmpty(files);
        Violations.AssertNone("No address of another host in wwwroot.", files.SelectMany(file => ForeignAddresses(file, Repository.Read(file))));
    }

    [Theory]
    [InlineData("a.html", "<script src=\"https://cdn.example/x.js\"></script>", true)]
    [InlineData("a.html", "<link rel=stylesheet href=//fonts.example/x>", true)]
    [InlineData("a.css", "@import url(//fonts.example/x);", true)]
    [InlineData("a.js", "new WebSocket('wss://tracker.example/');", true)]
    [InlineData("a.js", "import x from \"https://cdn.example/x.js\";", true)]
    [InlineData("a.js", "const ice = [{ urls: 'stun:stun.example:19302' }];", true)]
    [InlineData("a.js", " * new RelayClient({ baseUrl: 'https://relay.example' })", false)]
    [InlineData("a.js", "const x = 1; // see nothing", false)]
    [InlineData("a.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\">", false)]
    [InlineData("a.js", "const url = new URL('/v1/ws', location.href);", false)]
    public void An_address_of_another_host_is_found(string file, string text, bool found) =>
        Assert.Equal(found, ForeignAddresses(file, text).Any());

    private static IEnumerable<string> ForeignAddresses(string file, string text) =>
        from line in text.Split('\n').Select((content, index) => (content, number: index + 1))
        where !file.EndsWith(".js", StringComparison.Ordinal) || !CommentLine().IsMatch(line.content)
        from Match match in Address().Matches(line.content)
        where !Names.Contains(match.Value, StringComparer.Ordinal)
        select $"{file}:{line.number} {match.Value}";

    /// <summary>A URL with a host, or a host alone where a URL may stand (an attribute, url(), a string).</summary>
    [GeneratedRegex("""(\b(https?|wss?|ftp)://|\b(stuns?|turns?):(?=[a-z0-9])|(?<=["'(=]\s*)//(?=[a-z0-9]))[^\s"'<>)]*""", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Address();

    [GeneratedRegex(@"^\s*(\*|//|/\*)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex CommentLine();
}

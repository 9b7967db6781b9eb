using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Relay.Host.Configuration;
using Xunit;

namespace Relay.Host.Tests.Configuration;

/// <summary>Code, config/relay.json and config/relay.schema.json say the same.</summary>
public class OptionCatalogTests
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    [Fact]
    public void Every_option_says_its_default_and_range_in_its_comment()
    {
        Dictionary<string, string> comments = Comments();
        var defaults = new RelayOptions();
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            string comment = comments[entry.Key];
            Assert.True(comment.Contains("Default ", StringComparison.Ordinal), $"{entry.Key} does not say its default");
            if (entry.Get(defaults) is int number)
            {
                Assert.True(
                    Regex.IsMatch(comment, $@"Default {number}\b", RegexOptions.None, TimeSpan.FromSeconds(1)),
                    $"{entry.Key} says another default");
                string range = string.Create(CultureInfo.InvariantCulture, $"{entry.Rules.Min} to {entry.Rules.Max}");
                Assert.True(comment.Contains(range, StringComparison.Ordinal), $"{entry.Key} does not say {range}");
            }
        }
    }

    [Fact]
    public void The_config_file_holds_every_option_with_its_default_and_nothing_else()
    {
        string path = Path.Combine(Root, "config", "relay.json");
        Assert.Empty(OptionSources.Load(["--config", path]).Problems);
        JsonNode file = JsonNode.Parse(
            File.ReadAllText(path), null, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip })!;
        file.AsObject().Remove("$schema");
        Assert.Equal(Defaults().ToJsonString(), file.ToJsonString());
    }

    [Fact]
    public void The_schema_agrees_with_the_code()
    {
        string path = Path.Combine(Root, "config", "relay.schema.json");
        string expected = Schema().ToJsonString(Indented).ReplaceLineEndings("\n") + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_SCHEMA") is "1")
        {
            File.WriteAllText(path, expected);
        }

        Assert.True(
            expected.Equals(File.ReadAllText(path), StringComparison.Ordinal),
            "config/relay.schema.json is out of date: run this test with UPDATE_SCHEMA=1");
    }

    [Theory]
    [InlineData("Media:Prt", "Media:Port")]
    [InlineData("media:workerz", "Media:Workers")]
    [InlineData("Medai:Port", "Media:Port")]
    [InlineData("Workers", "Media:Workers")]
    [InlineData("Limits:PingSecond", "Limits:PingSeconds")]
    [InlineData("x", null)]
    [InlineData("Something:Else:Entirely", null)]
    public void The_nearest_key_is_named(string key, string? nearest) => Assert.Equal(nearest, OptionCatalog.Nearest(key));

    private static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        string? directory = AppContext.BaseDirectory;
        while (directory is not null && !File.Exists(Path.Combine(directory, "Relay.sln")))
        {
            directory = Path.GetDirectoryName(directory);
        }

        return directory ?? throw new InvalidOperationException("Relay.sln is not above the test");
    }

    private static JsonObject Defaults()
    {
        var root = new JsonObject();
        var defaults = new RelayOptions();
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            Section(root, entry)[entry.Property.Name] = Json(entry.Get(defaults));
        }

        return root;
    }

    private static JsonObject Schema()
    {
        var properties = new JsonObject { ["$schema"] = new JsonObject { ["type"] = "string" } };
        Dictionary<string, string> comments = Comments();
        var defaults = new RelayOptions();
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            JsonObject section = Section(properties, entry);
            section["type"] = "object";
            section["description"] = comments[entry.Section.Name];
            section["additionalProperties"] = false;
            section["properties"] ??= new JsonObject();
            JsonObject option = Shape(entry);
            option["description"] = comments[entry.Key];
            option["default"] = Json(entry.Get(defaults));
            section["properties"]![entry.Property.Name] = option;
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Relay options",
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["properties"] = properties,
        };
    }

    private static JsonObject Section(JsonObject parent, OptionEntry entry)
    {
        parent[entry.Section.Name] ??= new JsonObject();
        return parent[entry.Section.Name]!.AsObject();
    }

    private static JsonObject Shape(OptionEntry entry)
    {
        if (entry.Property.PropertyType == typeof(bool))
        {
            return new JsonObject { ["type"] = "boolean" };
        }

        if (entry.Property.PropertyType == typeof(int))
        {
            return new JsonObject { ["type"] = "integer", ["minimum"] = entry.Rules.Min, ["maximum"] = entry.Rules.Max };
        }

        var text = new JsonObject { ["type"] = "string" };
        if (entry.Rules.Format == OptionFormat.SrtpProfile)
        {
            text["enum"] = Json(OptionCheck.SrtpProfileNames);
        }
        else if (entry.Rules.Format == OptionFormat.PeerMode)
        {
            text["enum"] = Json(TurnOptionCheck.PeerModes);
        }

        return entry.IsList
            ? new JsonObject { ["type"] = "array", ["items"] = text, ["maxItems"] = entry.Rules.MaxItems, ["uniqueItems"] = true }
            : text;
    }

    private static JsonNode? Json(object? value) => value switch
    {
        IReadOnlyList<string> items => new JsonArray([.. items.Select(item => (JsonNode)item)]),
        int number => number,
        bool flag => flag,
        _ => (string?)value,
    };

    /// <summary>The summaries of sections and options as the compiler wrote them, by key.</summary>
    private static Dictionary<string, string> Comments()
    {
        XDocument documentation = XDocument.Load(Path.ChangeExtension(typeof(RelayOptions).Assembly.Location, ".xml"));
        Dictionary<string, string> members = documentation.Descendants("member").ToDictionary(
            member => member.Attribute("name")!.Value,
            member => Regex.Replace(
                member.Element("summary")?.Value ?? string.Empty, @"\s+", " ", RegexOptions.None, TimeSpan.FromSeconds(1)).Trim(),
            StringComparer.Ordinal);
        var comments = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (OptionEntry entry in OptionCatalog.Entries)
        {
            comments[entry.Section.Name] = members[$"P:{typeof(RelayOptions).FullName}.{entry.Section.Name}"];
            comments[entry.Key] = members[$"P:{entry.Section.PropertyType.FullName}.{entry.Property.Name}"];
        }

        return comments;
    }
}

using System.Text.Json;

namespace Relay.Conventions.Tests;

public sealed class ConfigurationFileTests
{
    private static readonly JsonDocumentOptions WithComments = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    [Fact]
    public void The_shipped_configuration_is_json_with_comments()
    {
        using var document = JsonDocument.Parse(Repository.Read("config/relay.json"), WithComments);
        Assert.Equal(JsonValueKind.Object, document.RootElement.ValueKind);
        if (document.RootElement.TryGetProperty("$schema", out JsonElement schema))
        {
            string path = "config/" + schema.GetString()!.Replace("./", "", StringComparison.Ordinal);
            Assert.True(Repository.Exists(path), $"config/relay.json names the schema {path}, which does not exist.");
            using var described = JsonDocument.Parse(Repository.Read(path));
        }
    }

    [Fact]
    public void The_service_manager_waits_longer_than_a_drain_takes()
    {
        using var document = JsonDocument.Parse(Repository.Read("config/relay.json"), WithComments);
        int drain = document.RootElement.GetProperty("Drain").GetProperty("Seconds").GetInt32();
        string line = Repository.Read("config/relay.service").Split('\n').Single(l => l.StartsWith("TimeoutStopSec=", StringComparison.Ordinal));
        Assert.True(int.Parse(line.Split('=')[1], System.Globalization.CultureInfo.InvariantCulture) > drain, line);
    }

    [Fact]
    public void The_kernel_lets_the_media_sockets_have_the_buffers_they_ask_for()
    {
        using var document = JsonDocument.Parse(Repository.Read("config/relay.json"), WithComments);
        JsonElement media = document.RootElement.GetProperty("Media");
        string[] lines = Repository.Read("config/99-relay-sysctl.conf").Split('\n');
        Assert.True(Limit("net.core.rmem_max") >= media.GetProperty("ReceiveBufferBytes").GetInt64());
        Assert.True(Limit("net.core.wmem_max") >= media.GetProperty("SendBufferBytes").GetInt64());

        long Limit(string key) => long.Parse(
            lines.Single(l => l.StartsWith(key + " =", StringComparison.Ordinal)).Split('=')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}

using System.Text.Json;
using Xunit;

namespace Relay.Host.Tests.Api;

public class OpenApiDescriptionTests
{
    [Fact]
    public async Task The_document_names_itself_and_says_which_endpoints_need_the_token()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await relay.Http.GetStringAsync("/openapi/v1.json"));
        JsonElement root = document.RootElement;
        Assert.Equal("Relay pairing API", root.GetProperty("info").GetProperty("title").GetString());
        JsonElement scheme = Assert.Single(root.GetProperty("components").GetProperty("securitySchemes").EnumerateObject()).Value;
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
        JsonElement paths = root.GetProperty("paths");
        Assert.True(paths.GetProperty("/v1/sessions/{id}/media").GetProperty("post").TryGetProperty("security", out _));
        Assert.False(paths.GetProperty("/v1/sessions").GetProperty("post").TryGetProperty("security", out _));
    }
}

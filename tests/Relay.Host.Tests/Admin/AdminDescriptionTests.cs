using System.Text.Json;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminDescriptionTests
{
    [Fact]
    public async Task The_document_names_itself_its_key_and_every_address()
    {
        await using RunningAdmin admin = await RunningAdmin.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await admin.Http.GetStringAsync("/openapi/v1.json"));
        JsonElement root = document.RootElement;
        Assert.Equal("Relay admin API", root.GetProperty("info").GetProperty("title").GetString());
        JsonElement scheme = Assert.Single(root.GetProperty("components").GetProperty("securitySchemes").EnumerateObject()).Value;
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
        Assert.Equal("adminKey", Assert.Single(root.GetProperty("security")[0].EnumerateObject()).Name);
        Assert.Equal(
            [
                "/v1/admin/plain-transports", "/v1/admin/plain-transports/{id}", "/v1/admin/rooms", "/v1/admin/rooms/{id}",
                "/v1/admin/rooms/{id}/edges", "/v1/admin/rooms/{id}/edges/{consumer}/{producer}",
            ],
            root.GetProperty("paths").EnumerateObject().Select(path => path.Name).Order(StringComparer.Ordinal),
            StringComparer.Ordinal);
    }
}

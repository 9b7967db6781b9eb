using System.Text.Json;
using Xunit;

namespace Relay.Host.Tests.Api;

public class RelayEndpointsTests
{
    private static readonly (string Path, string Method, string[] Statuses)[] Expected =
    [
        ("/v1/sessions", "post", ["201", "400", "413", "415", "429", "503"]),
        ("/v1/sessions/{id}", "delete", ["204", "401", "404"]),
        ("/v1/sessions/{id}/media", "post", ["201", "400", "401", "404", "409", "413", "415", "422", "429", "503"]),
        ("/v1/sessions/{id}/media", "patch", ["200", "204", "400", "401", "404", "412", "413", "415", "503"]),
        ("/v1/sessions/{id}/media", "delete", ["204", "401", "404"]),
        ("/v1/ws", "get", ["101", "401", "403", "426"]),
        ("/v1/status", "get", ["200"]),
        ("/healthz", "get", ["200"]),
        ("/readyz", "get", ["200", "503"]),
        ("/metrics", "get", ["200"]),
    ];

    [Fact]
    public async Task The_OpenAPI_document_describes_every_endpoint()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using JsonDocument document = JsonDocument.Parse(await relay.Http.GetStringAsync("/openapi/v1.json"));
        JsonElement paths = document.RootElement.GetProperty("paths");
        foreach ((string path, string method, string[] statuses) in Expected)
        {
            JsonElement operation = paths.GetProperty(path).GetProperty(method);
            Assert.NotEmpty(operation.GetProperty("summary").GetString()!);
            Assert.NotEmpty(operation.GetProperty("operationId").GetString()!);
            JsonElement responses = operation.GetProperty("responses");
            foreach (string status in statuses)
            {
                Assert.True(
                    responses.TryGetProperty(status, out JsonElement response), $"{method} {path} does not describe {status}");
                if (status[0] is '4' or '5')
                {
                    Assert.True(
                        response.GetProperty("content").TryGetProperty("application/problem+json", out _),
                        $"{method} {path} {status}");
                }
            }
        }

        Assert.Equal(Expected.Length, paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count()));
        JsonElement media = paths.GetProperty("/v1/sessions/{id}/media");
        Assert.True(
            media.GetProperty("post").GetProperty("requestBody").GetProperty("content").TryGetProperty("application/sdp", out _));
        JsonElement fragment = media.GetProperty("patch").GetProperty("requestBody").GetProperty("content");
        Assert.True(fragment.TryGetProperty("application/trickle-ice-sdpfrag", out _));
        Assert.Contains(
            "sessionToken", media.GetProperty("delete").GetProperty("security").GetRawText(), StringComparison.Ordinal);
        Assert.False(paths.GetProperty("/v1/sessions").GetProperty("post").TryGetProperty("security", out _));
        JsonElement components = document.RootElement.GetProperty("components");
        JsonElement problem = components.GetProperty("schemas").GetProperty("ProblemBody").GetProperty("properties");
        Assert.True(problem.TryGetProperty("code", out _));
        JsonElement scheme = components.GetProperty("securitySchemes").GetProperty("sessionToken");
        Assert.Equal("bearer", scheme.GetProperty("scheme").GetString());
    }
}

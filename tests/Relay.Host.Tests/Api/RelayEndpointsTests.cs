using System.Net;
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
                Assert.True(responses.TryGetProperty(status, out JsonElement response), $"{method} {path} does not describe {status}");
                if (status[0] is '4' or '5')
                {
                    Assert.True(response.GetProperty("content").TryGetProperty("application/problem+json", out _), $"{method} {path} {status}");
                }
            }
        }

        Assert.Equal(Expected.Length, paths.EnumerateObject().Sum(path => path.Value.EnumerateObject().Count()));
        JsonElement media = paths.GetProperty("/v1/sessions/{id}/media");
        Assert.True(media.GetProperty("post").GetProperty("requestBody").GetProperty("content").TryGetProperty("application/sdp", out _));
        Assert.True(media.GetProperty("patch").GetProperty("requestBody").GetProperty("content").TryGetProperty("application/trickle-ice-sdpfrag", out _));
        Assert.Contains("sessionToken", media.GetProperty("delete").GetProperty("security").GetRawText(), StringComparison.Ordinal);
        Assert.False(paths.GetProperty("/v1/sessions").GetProperty("post").TryGetProperty("security", out _));
        JsonElement problem = document.RootElement.GetProperty("components").GetProperty("schemas").GetProperty("ProblemBody").GetProperty("properties");
        Assert.True(problem.TryGetProperty("code", out _));
        Assert.Equal("bearer", document.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty("sessionToken").GetProperty("scheme").GetString());
    }

    [Theory]
    [InlineData("GET", "/nothing", 404, "not_found")]
    [InlineData("GET", "/v1/sessions/x/y/z", 404, "not_found")]
    [InlineData("GET", "/v1/sessions", 405, "method_not_allowed")]
    [InlineData("PUT", "/v1/sessions/x/media", 405, "method_not_allowed")]
    [InlineData("POST", "/healthz", 405, "method_not_allowed")]
    public async Task What_routing_refuses_is_a_problem_document(string method, string path, int status, string code)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage response = await relay.SendAsync(new HttpMethod(method), path);
        await SessionEndpointsTests.ExpectProblemAsync(response, status, code);
        Assert.Equal(status is 405, response.Content.Headers.Allow.Count > 0);
    }

    [Fact]
    public async Task Head_of_nothing_has_no_body()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage response = await relay.SendAsync(HttpMethod.Head, "/nothing");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_no_server_name()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        foreach (string path in (string[])["/nothing", "/v1/status", "/metrics"])
        {
            using HttpResponseMessage response = await relay.Http.GetAsync(path);
            Assert.Contains("default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Contains("camera=(self)", response.Headers.GetValues("Permissions-Policy").Single(), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Server"));
        }
    }

    [Fact]
    public async Task Status_counts_sessions_sockets_waiting_and_pairs()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        using TestClient waiting = await relay.ConnectAsync();
        await waiting.SendAsync("""{"t":"enqueue","d":{"mode":"text"}}""");
        await waiting.ExpectAsync("queued");
        using JsonDocument document = JsonDocument.Parse(await relay.Http.GetStringAsync("/v1/status"));
        JsonElement status = document.RootElement;
        Assert.Equal("ok", status.GetProperty("status").GetString());
        Assert.Equal(3, status.GetProperty("sessions").GetInt32());
        Assert.Equal(3, status.GetProperty("sockets").GetInt32());
        Assert.Equal(1, status.GetProperty("waiting").GetProperty("text").GetInt32());
        Assert.Equal(1, status.GetProperty("pairs").GetProperty("text").GetInt32());
        Assert.Equal(0, status.GetProperty("pairs").GetProperty("video").GetInt32());
        first.Dispose();
        second.Dispose();
    }
}

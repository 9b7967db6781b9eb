using System.Net;
using Microsoft.AspNetCore.Http;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class OriginGateTests
{
    [Theory]
    [InlineData("http://chat.example", "chat.example", true)]
    [InlineData("https://chat.example", "chat.example", true)]
    [InlineData("https://chat.example", "chat.example:443", true)]
    [InlineData("http://chat.example:8080", "chat.example:8080", true)]
    [InlineData("http://CHAT.example", "chat.example", true)]
    [InlineData("http://[::1]:8080", "[::1]:8080", true)]
    [InlineData("http://chat.example:8080", "chat.example:8081", false)]
    [InlineData("http://chat.example:8080", "chat.example", false)]
    [InlineData("http://chat.example", "chat.example:8080", false)]
    [InlineData("https://evil.example", "chat.example", false)]
    [InlineData("https://chat.example.evil.example", "chat.example", false)]
    [InlineData("null", "chat.example", false)]
    [InlineData("file://chat.example", "chat.example", false)]
    public void Same_origin_is_host_and_port(string origin, string host, bool same) =>
        Assert.Equal(same, OriginGate.IsSameOrigin(origin, new HostString(host)));

    [Fact]
    public async Task Other_pages_may_only_look_at_what_is_public()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage post = await FromAsync(relay, HttpMethod.Post, "/v1/sessions", "https://evil.example");
        await SessionEndpointsTests.ExpectProblemAsync(post, 403, "origin_not_allowed");
        using HttpResponseMessage get = await FromAsync(relay, HttpMethod.Get, "/v1/status", "https://evil.example");
        Assert.Equal(HttpStatusCode.OK, get.StatusCode);
        Assert.False(get.Headers.Contains("Access-Control-Allow-Origin"));
        using HttpResponseMessage preflight = await PreflightAsync(relay, "https://evil.example");
        await SessionEndpointsTests.ExpectProblemAsync(preflight, 403, "origin_not_allowed");
    }

    [Theory]
    [InlineData("https://chat.example", "https://chat.example", "https://chat.example")]
    [InlineData("*", "https://any.example", "*")]
    public async Task Pages_of_allowed_origins_may_use_the_API(string option, string origin, string answer)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Http.AllowedOrigins = [option]);
        using HttpResponseMessage preflight = await PreflightAsync(relay, origin);
        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(answer, preflight.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains(
            "Authorization", preflight.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        using HttpResponseMessage post = await FromAsync(relay, HttpMethod.Post, "/v1/sessions", origin);
        Assert.Equal(HttpStatusCode.Created, post.StatusCode);
        Assert.Equal(answer, post.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.Contains("Location", post.Headers.GetValues("Access-Control-Expose-Headers").Single(), StringComparison.Ordinal);
        Assert.Equal("Origin", post.Headers.GetValues("Vary").Single());
    }

    private static Task<HttpResponseMessage> FromAsync(RunningRelay relay, HttpMethod method, string path, string origin) =>
        relay.SendAsync(method, path, change: request => request.Headers.Add("Origin", origin));

    private static Task<HttpResponseMessage> PreflightAsync(RunningRelay relay, string origin) =>
        relay.SendAsync(HttpMethod.Options, "/v1/sessions", change: request =>
        {
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization");
        });
}

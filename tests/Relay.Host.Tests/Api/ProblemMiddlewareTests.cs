using System.Net;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ProblemMiddlewareTests
{
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
}

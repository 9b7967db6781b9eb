using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ProblemTests
{
    [Fact]
    public async Task A_problem_is_written_as_RFC_9457_says()
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await Problem.RateLimited(7).ExecuteAsync(context);
        Assert.Equal(429, context.Response.StatusCode);
        Assert.Equal("application/problem+json", context.Response.ContentType);
        Assert.Equal("7", context.Response.Headers.RetryAfter.ToString());
        using JsonDocument document = JsonDocument.Parse(body.ToArray());
        Assert.Equal(
            "type title status detail code",
            string.Join(' ', document.RootElement.EnumerateObject().Select(member => member.Name)));
        Assert.Equal("urn:relay:problem:rate_limited", document.RootElement.GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(400, "bad_request")]
    [InlineData(401, "unauthorized")]
    [InlineData(404, "not_found")]
    [InlineData(405, "method_not_allowed")]
    [InlineData(408, "bad_request")]
    [InlineData(413, "too_large")]
    [InlineData(415, "unsupported_media_type")]
    [InlineData(500, "internal")]
    public void A_bare_status_becomes_a_problem(int status, string code)
    {
        ProblemBody body = Problem.OfStatus(status).Body;
        Assert.Equal((status, code), (body.Status, body.Code));
    }
}

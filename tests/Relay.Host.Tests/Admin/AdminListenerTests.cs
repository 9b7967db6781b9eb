using System.Net;
using System.Net.Http.Headers;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminListenerTests
{
    [Theory]
    [InlineData("/v1/admin/rooms")]
    [InlineData("/v1/admin/plain-transports")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/")]
    [InlineData("/healthz")]
    public async Task Nothing_is_told_without_the_key(string path)
    {
        await using RunningAdmin admin = await RunningAdmin.StartAsync();
        foreach (string? key in new[] { null, "another-key-of-enough-characters" })
        {
            admin.Http.DefaultRequestHeaders.Authorization = key is null ? null : new AuthenticationHeaderValue("Bearer", key);
            using HttpResponseMessage response = await admin.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            string body = await response.Content.ReadAsStringAsync();
            Assert.Contains("Admin:Key", body, StringComparison.Ordinal);
            Assert.DoesNotContain(RunningAdmin.Key, body, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/v1/sessions")]
    [InlineData("/v1/status")]
    [InlineData("/metrics")]
    [InlineData("/healthz")]
    [InlineData("/index.html")]
    public async Task The_public_api_is_not_served(string path)
    {
        await using RunningAdmin admin = await RunningAdmin.StartAsync();
        using HttpResponseMessage response = await admin.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("not_found", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}

using System.Net;
using Xunit;

namespace Relay.Host.Tests.Api;

public class RelayApplicationTests
{
    [Theory]
    [InlineData("/", "text/html; charset=utf-8")]
    [InlineData("/index.html", "text/html; charset=utf-8")]
    [InlineData("/relay-client.js", "text/javascript; charset=utf-8")]
    [InlineData("/style.css", "text/css; charset=utf-8")]
    [InlineData("/favicon.svg", "image/svg+xml")]
    public async Task The_demo_page_is_served_with_its_types_and_checked_each_time(string path, string contentType)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage page = await relay.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal(contentType, page.Content.Headers.ContentType!.ToString());
        Assert.True(page.Headers.CacheControl!.NoCache);
        using HttpResponseMessage again = await relay.SendAsync(
            HttpMethod.Get, path, change: request => request.Headers.IfNoneMatch.Add(page.Headers.ETag!));
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
    }

    [Fact]
    public async Task Nothing_outside_of_the_page_is_served()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        foreach (string path in (string[])["/../relay.dll", "/..%2frelay.dll", "/relay.dll", "/config/relay.json"])
        {
            using HttpResponseMessage response = await relay.Http.GetAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }
}

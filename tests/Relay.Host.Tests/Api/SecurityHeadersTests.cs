using Xunit;

namespace Relay.Host.Tests.Api;

public class SecurityHeadersTests
{
    [Fact]
    public async Task Every_answer_carries_the_security_headers_and_no_server_name()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        foreach (string path in (string[])["/nothing", "/v1/status", "/metrics"])
        {
            using HttpResponseMessage response = await relay.Http.GetAsync(path);
            Assert.Contains(
                "default-src 'none'", response.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
            Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.Equal("no-referrer", response.Headers.GetValues("Referrer-Policy").Single());
            Assert.Contains("camera=(self)", response.Headers.GetValues("Permissions-Policy").Single(), StringComparison.Ordinal);
            Assert.False(response.Headers.Contains("Server"));
        }
    }
}

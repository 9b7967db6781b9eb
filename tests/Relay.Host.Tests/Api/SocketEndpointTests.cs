using System.Net;
using System.Net.WebSockets;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SocketEndpointTests
{
    [Fact]
    public async Task The_socket_needs_the_token()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage noSocket = await relay.Http.GetAsync("/v1/ws?token=x");
        await SessionEndpointsTests.ExpectProblemAsync(noSocket, 426, "upgrade_required");
        using var stranger = new TestClient(relay, "x", "wrong");
        stranger.Socket.Options.CollectHttpResponseDetails = true;
        await Assert.ThrowsAsync<WebSocketException>(
            () => stranger.ConnectAsync(options => options.CollectHttpResponseDetails = true));
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.Socket.HttpStatusCode);
    }

    [Fact]
    public async Task A_page_of_another_origin_gets_no_socket_and_no_session()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        await Assert.ThrowsAsync<WebSocketException>(() => client.ConnectAsync(options =>
        {
            options.SetRequestHeader("Origin", "https://evil.example");
            options.CollectHttpResponseDetails = true;
        }));
        Assert.Equal(HttpStatusCode.Forbidden, client.Socket.HttpStatusCode);
        await client.ConnectAsync(options => options.SetRequestHeader("Origin", $"http://{relay.Address.Authority}"));
        await client.ExpectAsync("welcome");
    }
}

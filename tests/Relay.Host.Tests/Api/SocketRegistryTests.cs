using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SocketRegistryTests
{
    [Fact]
    public async Task The_relay_pings_and_a_silent_socket_is_lost()
    {
        var time = new ManualTime();
        await using RunningRelay relay = await RunningRelay.StartAsync(
            configure: builder => builder.Services.AddSingleton<TimeProvider>(time));
        using TestClient client = await relay.ConnectAsync();
        time.Advance(TimeSpan.FromSeconds(15));
        await client.ExpectAsync("ping");
        await client.SendAsync("""{"t":"pong"}""");
        await client.ExpectNothingAsync();
        time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(4009, await client.ExpectCloseAsync());
    }
}

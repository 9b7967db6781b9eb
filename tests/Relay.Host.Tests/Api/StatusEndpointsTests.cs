using System.Text.Json;
using Xunit;

namespace Relay.Host.Tests.Api;

public class StatusEndpointsTests
{
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

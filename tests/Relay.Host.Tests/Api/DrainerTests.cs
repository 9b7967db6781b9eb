using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class DrainerTests
{
    [Fact]
    public async Task Draining_refuses_what_is_new_and_lets_pairs_talk_until_they_end()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Drain.Seconds = 60);
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        using TestClient alone = await relay.ConnectAsync();
        using TestClient unconnected = await relay.OpenSessionAsync();

        Task draining = relay.Services.GetRequiredService<Drainer>().DrainAsync(CancellationToken.None);

        foreach (TestClient client in (TestClient[])[first, second, alone])
        {
            JsonElement notice = await client.ExpectAsync("notice");
            Assert.Equal("draining", notice.GetProperty("code").GetString());
            Assert.Equal(58, notice.GetProperty("seconds").GetInt32());
        }

        using HttpResponseMessage ready = await relay.Http.GetAsync("/readyz");
        await SessionEndpointsTests.ExpectProblemAsync(ready, 503, "draining");
        using HttpResponseMessage open = await relay.Http.PostAsync("/v1/sessions", null);
        await SessionEndpointsTests.ExpectProblemAsync(open, 503, "draining");
        using HttpResponseMessage media = await relay.SendAsync(
            HttpMethod.Post, alone.MediaPath, alone.Token, "v=0", "application/sdp");
        await SessionEndpointsTests.ExpectProblemAsync(media, 503, "draining");
        Assert.Equal("ok", await relay.Http.GetStringAsync("/healthz"));
        Assert.Contains("\"status\":\"draining\"", await relay.Http.GetStringAsync("/v1/status"), StringComparison.Ordinal);
        await alone.SendAsync("""{"t":"enqueue","d":{"mode":"text"}}""");
        await alone.ExpectErrorAsync("draining");
        await unconnected.ConnectAsync();
        await unconnected.ExpectAsync("welcome");
        await unconnected.ExpectAsync("notice");

        await first.SendAsync("""{"t":"next"}""");
        await first.ExpectErrorAsync("draining");
        await first.SendAsync("""{"t":"chat","d":{"text":"bye"}}""");
        await second.ExpectAsync("chat");
        Assert.False(draining.IsCompleted);
        await first.SendAsync("""{"t":"end"}""");
        await first.ExpectAsync("idle");
        await second.ExpectAsync("partner.gone");
        foreach (TestClient client in (TestClient[])[first, second, alone, unconnected])
        {
            Assert.Equal(1001, await client.ExpectCloseAsync());
        }

        await draining;
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Pairs_are_cut_at_the_deadline()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Drain.Seconds = 1);
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        Task draining = relay.Services.GetRequiredService<Drainer>().DrainAsync(CancellationToken.None);
        await first.ExpectAsync("notice");
        Assert.Equal(1001, await first.ExpectCloseAsync());
        Assert.Equal(1001, await second.ExpectCloseAsync());
        await draining;
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Allocations_that_may_serve_calls_of_others_are_waited_for()
    {
        var time = new ManualTime();
        await using RunningRelay relay = await StartAsync("public", time);
        relay.Media.TurnAllocations = 2;
        Task draining = relay.Services.GetRequiredService<Drainer>().DrainAsync(CancellationToken.None);
        await UntilAsync(() => relay.Media.TimesAllocationsRead > 3);
        Assert.Equal([TimeSpan.FromSeconds(58)], relay.Media.Draining);
        relay.Media.TurnAllocations = 0;
        await UntilAsync(() => relay.Media.Draining.Count == 2);
        Assert.Equal(TimeSpan.Zero, relay.Media.Draining.Last());
        // Time for their clients to ask once more, on a clock that stands still.
        Assert.False(draining.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        await draining;
    }

    [Fact]
    public async Task Allocations_that_serve_this_relay_end_with_the_last_pair()
    {
        var time = new ManualTime();
        await using RunningRelay relay = await StartAsync("own", time);
        relay.Media.TurnAllocations = 2;
        Task draining = relay.Services.GetRequiredService<Drainer>().DrainAsync(CancellationToken.None);
        await UntilAsync(() => relay.Media.Draining.Count == 2);
        Assert.Equal([TimeSpan.FromSeconds(58), TimeSpan.Zero], relay.Media.Draining);
        time.Advance(TimeSpan.FromSeconds(1));
        await draining;
    }

    [Fact]
    public async Task Stopping_the_host_closes_sockets_as_going_away()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        Task stopping = relay.StopAsync();
        Assert.Equal(1001, await client.ExpectCloseAsync());
        await stopping;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(3600)]
    public void The_budget_ends_before_the_time_is_up(int seconds)
    {
        DrainBudget budget = DrainBudget.Of(TimeSpan.FromSeconds(seconds));
        Assert.InRange(budget.Pairs.TotalSeconds, seconds / 2.0, seconds);
        Assert.True(budget.Pairs + budget.Sockets + budget.Stop < TimeSpan.FromSeconds(seconds));
    }

    private static Task<RunningRelay> StartAsync(string peers, TimeProvider time) => RunningRelay.StartAsync(
        options =>
        {
            options.Drain.Seconds = 60;
            options.Turn.Peers = peers;
        },
        builder => builder.Services.AddSingleton(time));

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (int i = 0; !isSo(); i++)
        {
            Assert.True(i < 6000, "it does not come to that");
            await Task.Delay(10);
        }
    }
}

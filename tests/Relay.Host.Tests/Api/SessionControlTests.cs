using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Relay.Core.Diagnostics;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SessionControlTests
{
    [Fact]
    public async Task Two_strangers_meet_by_text_and_write_to_each_other()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient first = await relay.ConnectAsync();
        using TestClient second = await relay.ConnectAsync();
        await first.SendAsync("""{"t":"enqueue","id":1,"d":{"mode":"text"}}""");
        JsonElement queued = await first.ExpectAsync("queued");
        Assert.Equal("text", queued.GetProperty("mode").GetString());
        Assert.Equal(0, queued.GetProperty("tier").GetInt32());
        await second.SendAsync("""{"t":"enqueue","id":1,"d":{"mode":"text"}}""");
        await second.ExpectAsync("queued");
        JsonElement firstPaired = await first.ExpectAsync("paired");
        JsonElement secondPaired = await second.ExpectAsync("paired");
        Assert.Equal(firstPaired.GetProperty("pairRef").GetString(), secondPaired.GetProperty("pairRef").GetString());

        await first.SendAsync("""{"t":"typing","d":{"on":true}}""");
        Assert.True((await second.ExpectAsync("typing")).GetProperty("on").GetBoolean());
        await first.SendAsync("""{"t":"chat","d":{"text":"Grüße 🙂 \"<b>\""}}""");
        Assert.Equal("Grüße 🙂 \"<b>\"", (await second.ExpectAsync("chat")).GetProperty("text").GetString());
        Assert.Empty(relay.Media.Calls);
    }

    public static TheoryData<string> WaysToGo => ["next", "end", "close", "delete", "expire", "leg"];

    [Theory]
    [MemberData(nameof(WaysToGo))]
    public async Task Partner_gone_is_the_same_bytes_whatever_the_cause(string way)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Pairing.ResumeSeconds = 1);
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("voice");
        using (first)
        using (second)
        {
            switch (way)
            {
                case "next":
                    await first.SendAsync("""{"t":"next"}""");
                    break;
                case "end":
                    await first.SendAsync("""{"t":"end"}""");
                    break;
                case "close":
                    await first.CloseAsync();
                    break;
                case "delete":
                    (await relay.SendAsync(HttpMethod.Delete, $"/v1/sessions/{first.Id}", first.Token)).EnsureSuccessStatusCode();
                    break;
                case "expire":
                    first.Break();
                    break;
                default:
                    relay.Media.End(relay.Media.Legs.MinBy(leg => leg.Slot), CloseReason.ConsentExpired);
                    break;
            }

            Assert.Equal("""{"t":"partner.gone"}""", await second.ReceiveAsync());
            await second.ExpectNothingAsync();
        }
    }

    [Fact]
    public async Task Next_brings_another_stranger_and_leaves_the_partner_ready()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        using TestClient third = await relay.ConnectAsync();
        await third.SendAsync("""{"t":"enqueue","d":{"mode":"text"}}""");
        await third.ExpectAsync("queued");

        await first.SendAsync("""{"t":"next","id":7}""");

        await first.ExpectAsync("queued");
        await first.ExpectAsync("paired");
        await third.ExpectAsync("paired");
        await second.ExpectAsync("partner.gone");
        await second.SendAsync("""{"t":"chat","id":8,"d":{"text":"hello?"}}""");
        Assert.Equal(8, (await second.ExpectErrorAsync("bad_state")).GetProperty("re").GetInt64());
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Video_waits_for_the_leg_and_forwards_between_both()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        relay.Media.ConnectAtOnce = false;
        using TestClient first = await relay.ConnectAsync();
        using TestClient second = await relay.ConnectAsync();
        await first.SendAsync("""{"t":"enqueue","id":3,"d":{"mode":"video"}}""");
        Assert.Equal(3, (await first.ExpectErrorAsync("media_required")).GetProperty("re").GetInt64());

        await first.OpenMediaAsync();
        await first.SendAsync("""{"t":"enqueue","d":{"mode":"video"}}""");
        await first.ExpectNothingAsync();
        relay.Media.Connect(relay.Media.Legs.Single());
        Assert.Equal("connected", (await first.ExpectAsync("media")).GetProperty("state").GetString());
        await first.ExpectAsync("queued");

        relay.Media.ConnectAtOnce = true;
        await second.OpenMediaAsync();
        await second.ExpectAsync("media");
        await second.SendAsync("""{"t":"enqueue","d":{"mode":"video"}}""");
        await second.ExpectAsync("queued");
        await second.ExpectAsync("paired");
        await first.ExpectAsync("paired");
        await first.SendAsync("""{"t":"next"}""");
        await second.ExpectAsync("partner.gone");
        await first.ExpectAsync("queued");
        Assert.Equal(["open 1 on 0", "open 2 on 0", "pair 1 2 video", "unpair 1"], relay.Media.Calls);
    }

    [Fact]
    public async Task A_lost_socket_is_resumed_and_the_pair_goes_on()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        second.Break();
        await UntilAsync(
            async () => (await relay.Http.GetStringAsync("/metrics")).Contains(
                "relay_sockets_lost_total 1", StringComparison.Ordinal));
        await first.SendAsync("""{"t":"chat","d":{"text":"still there?"}}""");
        await first.ExpectNothingAsync();

        await second.ConnectAsync();

        JsonElement welcome = await second.ExpectAsync("welcome");
        Assert.True(welcome.GetProperty("resumed").GetBoolean());
        Assert.Equal("paired", welcome.GetProperty("state").GetString());
        Assert.Equal("text", welcome.GetProperty("mode").GetString());
        Assert.NotEmpty(welcome.GetProperty("pairRef").GetString()!);
        Assert.Equal("still there?", (await second.ExpectAsync("chat")).GetProperty("text").GetString());
        await second.SendAsync("""{"t":"chat","d":{"text":"yes"}}""");
        Assert.Equal("yes", (await first.ExpectAsync("chat")).GetProperty("text").GetString());
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_close_code_of_the_application_asks_to_be_kept()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        await second.CloseAsync((WebSocketCloseStatus)4000);
        await second.ConnectAsync();
        Assert.Equal("paired", (await second.ExpectAsync("welcome")).GetProperty("state").GetString());
        await first.ExpectNothingAsync();
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_second_socket_takes_over()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        using ClientWebSocket old = second.Socket;
        await second.ConnectAsync();
        Assert.True((await second.ExpectAsync("welcome")).GetProperty("resumed").GetBoolean());
        await old.ReceiveAsync(new byte[100], CancellationToken.None);
        Assert.Equal(4001, (int)old.CloseStatus!.Value);
        await old.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await first.SendAsync("""{"t":"chat","d":{"text":"hi"}}""");
        await second.ExpectAsync("chat");
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_media_plane_that_cannot_pair_ends_the_pair_on_both_sides()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        relay.Media.PairRefused = true;
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("video");
        await first.ExpectAsync("partner.gone");
        await second.ExpectAsync("partner.gone");
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_leg_that_cannot_be_unpaired_is_closed()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        relay.Media.UnpairRefused = true;
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("video");
        await first.SendAsync("""{"t":"end"}""");
        await second.ExpectAsync("partner.gone");
        await first.ExpectAsync("idle");
        Assert.Equal("closed", (await first.ExpectAsync("media")).GetProperty("state").GetString());
        Assert.Contains("close 1", relay.Media.Calls, StringComparer.Ordinal);
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task Who_waits_alone_on_a_worker_is_moved_to_where_somebody_waits()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options =>
        {
            options.Media.Workers = 2;
            options.Pairing.RenewAfterSeconds = 1;
            options.Turn.OfferUdp = true;
        });
        using TestClient first = await relay.ConnectAsync();
        relay.Media.NextWorker = 1;
        using TestClient second = await relay.ConnectAsync();
        foreach (TestClient client in (TestClient[])[first, second])
        {
            await client.OpenMediaAsync();
            await client.ExpectAsync("media");
            await client.SendAsync("""{"t":"enqueue","d":{"mode":"voice"}}""");
            await client.ExpectAsync("queued");
        }

        JsonElement renew = await second.ExpectAsync("media");
        Assert.Equal("renew", renew.GetProperty("state").GetString());
        JsonElement server = Assert.Single(renew.GetProperty("iceServers").EnumerateArray());
        Assert.Equal("turn:192.0.2.10:40000?transport=udp", server.GetProperty("urls")[0].GetString());
        Assert.Matches("^[0-9]+:0-[0-9a-f]{16}$", server.GetProperty("username").GetString()!);
        await second.OpenMediaAsync();
        Assert.Equal("connected", (await second.ExpectAsync("media")).GetProperty("state").GetString());
        await second.ExpectAsync("queued");
        await second.ExpectAsync("paired");
        await first.ExpectAsync("paired");
        Assert.Equal(["open 1 on 0", "open 2 on 1", "open 3 on 0", "close 2", "pair 1 3 voice"], relay.Media.Calls);
    }

    [Fact]
    public async Task Two_hundred_visits_leave_nothing_behind()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.SessionsPerSourceBurst = 10_000);
        for (int i = 0; i < 100; i++)
        {
            (TestClient first, TestClient second) = await relay.ConnectPairAsync("voice");
            await first.CloseAsync();
            await second.ExpectAsync("partner.gone");
            await second.CloseAsync();
            first.Dispose();
            second.Dispose();
        }

        SessionControl control = relay.Services.GetRequiredService<SessionControl>();
        await UntilAsync(() => Task.FromResult(control.Held == (0, 0)));
        Assert.Empty(relay.Media.Legs);
        Assert.Equal(0, relay.Services.GetRequiredService<SessionDirectory>().Count);
        await UntilAsync(() => Task.FromResult(relay.Services.GetRequiredService<SocketRegistry>().Count == 0));
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!await condition())
        {
            await Task.Delay(10, timeout.Token);
        }
    }
}

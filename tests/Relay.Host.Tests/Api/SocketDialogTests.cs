using System.Net.WebSockets;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SocketDialogTests
{
    [Fact]
    public async Task A_malformed_message_is_answered_and_the_connection_kept()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.BadMessagesInARow = 3);
        using TestClient client = await relay.ConnectAsync();
        foreach (string bad in (string[])["{", """{"t":"chat","id":4,"d":{"text":5}}"""])
        {
            await client.SendAsync(bad);
            await client.ExpectErrorAsync("bad_message");
        }

        await client.SendAsync("""{"t":"cancel"}""");
        await client.ExpectErrorAsync("bad_state");
        for (int i = 0; i < 3; i++)
        {
            await client.SendAsync("nonsense");
            await client.ExpectErrorAsync("bad_message");
        }

        Assert.Equal(4400, await client.ExpectCloseAsync());
    }

    [Fact]
    public async Task Messages_over_the_rate_are_dropped_and_a_flood_is_closed()
    {
        var time = new ManualTime();
        await using RunningRelay relay = await RunningRelay.StartAsync(
            options =>
            {
                options.Limits.MessageBurst = 3;
                options.Limits.MessagesPerSecond = 1;
                options.Limits.FloodMessages = 3;
            },
            builder => builder.Services.AddSingleton<TimeProvider>(time));
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        for (int i = 0; i < 2; i++)
        {
            await first.SendAsync($$$"""{"t":"chat","d":{"text":"{{{i}}}"}}""");
            await second.ExpectAsync("chat");
        }

        await first.SendAsync("""{"t":"typing","d":{"on":true}}""");
        await first.ExpectErrorAsync("rate_limited");
        await second.ExpectNothingAsync();
        time.Advance(TimeSpan.FromSeconds(1));
        await first.SendAsync("""{"t":"chat","d":{"text":"calm"}}""");
        await second.ExpectAsync("chat");
        for (int i = 0; i < 3; i++)
        {
            await first.SendAsync("""{"t":"pong"}""");
        }

        await first.ExpectErrorAsync("rate_limited");
        Assert.Equal(4029, await first.ExpectCloseAsync());
        await second.ExpectAsync("partner.gone");
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_text_over_the_limit_does_not_reach_the_partner()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        await first.SendAsync($$$"""{"t":"chat","id":9,"d":{"text":"{{{new string('x', 2001)}}}"}}""");
        Assert.Equal(9, (await first.ExpectErrorAsync("text_too_long")).GetProperty("re").GetInt64());
        await first.SendAsync($$$"""{"t":"chat","d":{"text":"{{{new string('x', 2000)}}}"}}""");
        Assert.Equal(2000, (await second.ExpectAsync("chat")).GetProperty("text").GetString()!.Length);
        await first.SendAsync("""{"t":"chat","d":{"text":"a\u0000\u001b[31m\r\nb\u202e"}}""");
        Assert.Equal("a[31m\nb", (await second.ExpectAsync("chat")).GetProperty("text").GetString());
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_message_over_16_KiB_closes_the_socket()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync();
        await first.SendAsync(new byte[16 * 1024]);
        await first.ExpectErrorAsync("bad_message");
        await first.SendAsync(new byte[(16 * 1024) + 1]);
        await first.ExpectErrorAsync("too_large");
        Assert.Equal(1009, await first.ExpectCloseAsync());
        await second.ExpectAsync("partner.gone");
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_binary_message_closes_the_socket()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        await client.SendAsync("""{"t":"pong"}"""u8.ToArray(), WebSocketMessageType.Binary);
        await client.ExpectErrorAsync("bad_message");
        Assert.Equal(1003, await client.ExpectCloseAsync());
    }

    [Fact]
    public async Task Text_that_is_not_UTF_8_ends_the_socket()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        await client.SendAsync([0x22, 0xff, 0xfe, 0x22]);
        string? answer = await client.ReceiveAsync();
        Assert.True(answer is null || answer.Contains("bad_message", StringComparison.Ordinal));
    }
}

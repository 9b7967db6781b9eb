using System.Net;
using Relay.Testing;
using Relay.Testing.Api;
using Xunit;

namespace Relay.Host.Tests.Testing;

/// <summary>The test client against the real program; text needs no media.</summary>
public class RelayFixtureTests
{
    [Fact]
    public async Task Two_text_sessions_meet_write_and_part()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        using RelayApiClient apiA = relay.CreateClient(IPAddress.Parse("127.0.0.2"));
        using RelayApiClient apiB = relay.CreateClient(IPAddress.Parse("127.0.0.3"));
        RelaySession a = await apiA.CreateSessionAsync("text");
        RelaySession b = await apiB.CreateSessionAsync();
        await using SessionSocket socketA = await a.OpenSocketAsync();
        await using SessionSocket socketB = await b.OpenSocketAsync();
        Assert.Equal(a.SessionId, (await socketA.ExpectAsync("welcome")).Text("sessionId"));
        await socketB.ExpectAsync("welcome");

        await socketA.SendAsync("enqueue", new { mode = "text" });
        await socketA.ExpectAsync("queued");
        await socketB.SendAsync("enqueue", new { mode = "text" });
        await socketA.ExpectAsync("paired");
        SocketMessage paired = await socketB.WaitForAsync("paired");
        Assert.Equal("text", paired.Text("mode"));

        await socketA.SendAsync("chat", new { text = "a word between two" });
        Assert.Equal("a word between two", (await socketB.ExpectAsync("chat")).Text("text"));
        await socketB.SendAsync("enqueue", new { mode = "text" }, id: 7);
        SocketMessage error = await socketB.ExpectAsync("error");
        Assert.Equal("bad_state", error.Text("code"));
        Assert.Equal(7, error.Number("re"));

        Assert.Equal(socketB.RawFrames, socketB.Captured.Select(c => c.Bytes));
        await socketA.CloseAsync();
        SocketMessage gone = await socketB.ExpectAsync("partner.gone");
        Assert.Equal("""{"t":"partner.gone"}"""u8.ToArray(), gone.Raw);
        Assert.Equal(HttpStatusCode.NoContent, (await b.DeleteAsync()).Status);
        await socketB.Closed;
        Assert.Equal("not_found", (await b.PostMediaAsync("v=0")).ProblemCode);
        Assert.NotEmpty((await apiA.ScrapeAsync()).Samples);
        Assert.DoesNotContain("a word between two", relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(a.Token, relay.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.2", relay.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_option_ends_the_start_and_is_told()
    {
        InvalidOperationException failure = await Assert.ThrowsAsync<InvalidOperationException>(
            () => RelayFixture.StartAsync(("Media:Workers", "0")));
        Assert.Contains("Media:Workers", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Terminate_drains_and_ends()
    {
        await using RelayFixture relay = await RelayFixture.StartAsync();
        await relay.SignalTerminateAsync();
        await relay.WaitForExitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, relay.ExitCode);
    }
}

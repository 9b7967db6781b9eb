using System.Net;
using System.Text.Json;
using Relay.Core.Diagnostics;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SessionEndpointsTests
{
    private const string Sdp = "application/sdp";
    private const string Fragment = "application/trickle-ice-sdpfrag";

    [Fact]
    public async Task A_session_is_opened_without_a_body()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Turn.OfferUdp = true);
        using HttpResponseMessage response = await relay.Http.PostAsync("/v1/sessions", null);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        using JsonDocument document = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        JsonElement body = document.RootElement;
        string id = body.GetProperty("sessionId").GetString()!;
        Assert.Equal("/v1/sessions/" + id, response.Headers.Location!.OriginalString);
        Assert.Equal(43, body.GetProperty("token").GetString()!.Length);
        Assert.Equal("/v1/ws", body.GetProperty("ws").GetString());
        JsonElement server = Assert.Single(body.GetProperty("iceServers").EnumerateArray());
        Assert.Equal("""["turn:192.0.2.10:40000?transport=udp"]""", server.GetProperty("urls").GetRawText());
        Assert.Matches("^[0-9]+:0-[0-9a-f]{16}$", server.GetProperty("username").GetString()!);
        Assert.Equal(28, server.GetProperty("credential").GetString()!.Length);
        Assert.Equal("""["text","voice","video"]""", body.GetProperty("modes").GetRawText());
        Assert.Equal(2000, body.GetProperty("limits").GetProperty("chatMaxChars").GetInt32());
        Assert.Equal(30, body.GetProperty("limits").GetProperty("resumeSeconds").GetInt32());
        Assert.True(response.Headers.CacheControl!.NoStore);
    }

    [Fact]
    public async Task A_session_is_held_to_the_modes_it_was_opened_for()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync("text");
        await client.ConnectAsync();
        JsonElement welcome = await client.ExpectAsync("welcome");
        Assert.Equal("""["text"]""", welcome.GetProperty("modes").GetRawText());
        Assert.Equal("ready", welcome.GetProperty("state").GetString());
        Assert.False(welcome.GetProperty("resumed").GetBoolean());
        Assert.False(welcome.TryGetProperty("mode", out _));
        await client.SendAsync("""{"t":"enqueue","id":5,"d":{"mode":"video"}}""");
        Assert.Equal(5, (await client.ExpectErrorAsync("mode_not_allowed")).GetProperty("re").GetInt64());
    }

    [Theory]
    [InlineData("""{"modes":["text"],"locale":"de"}""", 201)]
    [InlineData("""{}""", 201)]
    [InlineData("""{"modes":null}""", 201)]
    [InlineData("""{"modes":[]}""", 400)]
    [InlineData("""{"modes":["smell"]}""", 400)]
    [InlineData("""{"modes":[null]}""", 400)]
    [InlineData("""{"modes":"text"}""", 400)]
    [InlineData("""{"mode":["text"]}""", 400)]
    [InlineData("""{"locale":"a-very-long-language-tag-that-nobody-has"}""", 400)]
    [InlineData("""{"modes":["text"],"modes":["video"]}""", 400)]
    [InlineData("""{"modes":""", 400)]
    [InlineData("""[]""", 400)]
    [InlineData("null", 201)]
    public async Task The_body_is_read_strictly(string body, int status)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage response = await relay.SendAsync(
            HttpMethod.Post, "/v1/sessions", null, body, "application/json");
        Assert.Equal(status, (int)response.StatusCode);
        if (status is not 201)
        {
            await ExpectProblemAsync(response, status, "bad_request");
        }
    }

    [Fact]
    public async Task Other_types_and_sizes_are_refused()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using HttpResponseMessage type = await relay.SendAsync(
            HttpMethod.Post, "/v1/sessions", null, "x=1", "application/x-www-form-urlencoded");
        await ExpectProblemAsync(type, 415, "unsupported_media_type");
        using HttpResponseMessage size = await relay.SendAsync(
            HttpMethod.Post, "/v1/sessions", null, new string(' ', 5000), "application/json");
        await ExpectProblemAsync(size, 413, "too_large");
    }

    [Fact]
    public async Task One_source_cannot_open_sessions_without_end()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.SessionsPerSourceBurst = 2);
        using TestClient first = await relay.OpenSessionAsync();
        using TestClient second = await relay.OpenSessionAsync();
        using HttpResponseMessage third = await relay.Http.PostAsync("/v1/sessions", null);
        await ExpectProblemAsync(third, 429, "rate_limited");
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 2);
        Assert.Contains(
            "relay_rate_limited_total{what=\"session\"} 1",
            await relay.Http.GetStringAsync("/metrics"),
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Forwarded_addresses_count_only_from_trusted_proxies()
    {
        await using RunningRelay open = await RunningRelay.StartAsync(options => options.Limits.SessionsPerSourceBurst = 1);
        await using RunningRelay behindProxy = await RunningRelay.StartAsync(options =>
        {
            options.Limits.SessionsPerSourceBurst = 1;
            options.Http.TrustedProxies = ["127.0.0.0/8"];
        });
        Assert.Equal("201 429", await OpenFromAsync(open, "203.0.113.1", "203.0.113.2"));
        Assert.Equal(
            "201 201 429 201 429",
            await OpenFromAsync(
                behindProxy, "203.0.113.1", "203.0.113.2", "203.0.113.2", "2001:db8:1:2::1", "2001:db8:1:2:ffff::2"));
    }

    [Fact]
    public async Task A_full_relay_says_so()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.MaxSessions = 2);
        using TestClient first = await relay.OpenSessionAsync();
        using TestClient second = await relay.OpenSessionAsync();
        using HttpResponseMessage third = await relay.Http.PostAsync("/v1/sessions", null);
        await ExpectProblemAsync(third, 503, "overloaded");
        Assert.NotNull(third.Headers.RetryAfter);
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/media")]
    [InlineData("PATCH", "/media")]
    [InlineData("DELETE", "/media")]
    public async Task The_token_of_the_session_is_needed(string method, string path)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        using TestClient other = await relay.OpenSessionAsync();
        string? body = method is "DELETE" ? null : "v=0";
        string contentType = method is "POST" ? Sdp : Fragment;
        string almost = client.Token[..42] + (client.Token[42] == 'A' ? 'B' : 'A');
        foreach (string? token in (string?[])[null, "nonsense", other.Token, almost, client.Token + "A"])
        {
            using HttpResponseMessage refused = await relay.SendAsync(
                new HttpMethod(method), $"/v1/sessions/{client.Id}{path}", token, body, contentType);
            await ExpectProblemAsync(refused, 401, "unauthorized");
            Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.ToString());
        }

        using HttpResponseMessage unknown = await relay.SendAsync(
            new HttpMethod(method), $"/v1/sessions/nobody{path}", client.Token, body, contentType);
        await ExpectProblemAsync(unknown, 404, "not_found");
    }

    [Fact]
    public async Task A_deleted_session_is_gone()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        await client.OpenMediaAsync();
        using HttpResponseMessage deleted = await relay.SendAsync(HttpMethod.Delete, $"/v1/sessions/{client.Id}", client.Token);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(1000, await client.ExpectCloseAsync());
        Assert.Empty(relay.Media.Legs);
        using HttpResponseMessage again = await relay.SendAsync(HttpMethod.Delete, $"/v1/sessions/{client.Id}", client.Token);
        await ExpectProblemAsync(again, 404, "not_found");
    }

    [Fact]
    public async Task An_offer_gets_an_answer_and_a_second_one_replaces_the_leg()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        using HttpResponseMessage first = await relay.SendAsync(
            HttpMethod.Post, client.MediaPath, client.Token, "v=0", "application/sdp; charset=utf-8");
        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(Sdp, first.Content.Headers.ContentType!.ToString());
        Assert.Equal(client.MediaPath, first.Headers.Location!.OriginalString);
        Assert.Equal("\"1\"", first.Headers.ETag!.ToString());
        Assert.Equal("v=0 answer 1", await first.Content.ReadAsStringAsync());
        using HttpResponseMessage second = await relay.SendAsync(HttpMethod.Post, client.MediaPath, client.Token, "v=0", Sdp);
        Assert.Equal("\"2\"", second.Headers.ETag!.ToString());
        Assert.Equal(["open 1 on 0", "open 2 on 0", "close 1"], relay.Media.Calls);
    }

    [Fact]
    public async Task A_leg_in_use_is_not_replaced()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("video");
        using HttpResponseMessage refused = await relay.SendAsync(HttpMethod.Post, first.MediaPath, first.Token, "v=0", Sdp);
        await ExpectProblemAsync(refused, 409, "media_in_use");
        await second.ExpectNothingAsync();
        first.Dispose();
        second.Dispose();
    }

    [Theory]
    [InlineData(MediaProblem.BadSdp, 400, "bad_sdp")]
    [InlineData(MediaProblem.NotSupported, 422, "media_not_supported")]
    [InlineData(MediaProblem.Overloaded, 503, "overloaded")]
    public async Task What_the_media_plane_refuses_is_told(MediaProblem problem, int status, string code)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        relay.Media.Problem = problem;
        using HttpResponseMessage refused = await relay.SendAsync(HttpMethod.Post, client.MediaPath, client.Token, "v=0", Sdp);
        await ExpectProblemAsync(refused, status, code);
        Assert.Empty(relay.Media.Calls);
    }

    [Fact]
    public async Task A_media_plane_that_throws_costs_one_request()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        relay.Media.Fails = true;
        using HttpResponseMessage failed = await relay.SendAsync(HttpMethod.Post, client.MediaPath, client.Token, "v=0", Sdp);
        await ExpectProblemAsync(failed, 500, "internal");
        Assert.DoesNotContain("test", await failed.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        relay.Media.Fails = false;
        await client.OpenMediaAsync();
    }

    [Theory]
    [InlineData("", Sdp, 400, "bad_sdp")]
    [InlineData("v=0", "text/plain", 415, "unsupported_media_type")]
    [InlineData("v=0", null, 415, "unsupported_media_type")]
    public async Task An_unreadable_offer_is_refused(string body, string? contentType, int status, string code)
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        using HttpResponseMessage refused = await relay.SendAsync(
            HttpMethod.Post, client.MediaPath, client.Token, body, contentType);
        await ExpectProblemAsync(refused, status, code);
    }

    [Fact]
    public async Task An_offer_that_is_not_UTF_8_is_refused()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        using var body = new ByteArrayContent([0x76, 0xff, 0xfe]);
        body.Headers.ContentType = new System.Net.Http.Headers.MediaTypeHeaderValue(Sdp);
        using HttpResponseMessage refused = await relay.SendAsync(
            HttpMethod.Post, client.MediaPath, client.Token, change: request => request.Content = body);
        await ExpectProblemAsync(refused, 400, "bad_sdp");
    }

    [Fact]
    public async Task Media_requests_have_a_rate()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync(options => options.Limits.MediaRequestsPerMinute = 2);
        using TestClient client = await relay.OpenSessionAsync();
        await client.OpenMediaAsync();
        await client.OpenMediaAsync();
        using HttpResponseMessage refused = await relay.SendAsync(HttpMethod.Post, client.MediaPath, client.Token, "v=0", Sdp);
        await ExpectProblemAsync(refused, 429, "rate_limited");
    }

    [Fact]
    public async Task ICE_is_restarted_by_PATCH()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.OpenSessionAsync();
        using HttpResponseMessage early = await PatchAsync(relay, client, "a=ice-ufrag:x", null);
        await ExpectProblemAsync(early, 404, "not_found");
        await client.OpenMediaAsync();

        using HttpResponseMessage restarted = await PatchAsync(relay, client, "a=ice-ufrag:x", "\"1\"");
        Assert.Equal(HttpStatusCode.OK, restarted.StatusCode);
        Assert.Equal(Fragment, restarted.Content.Headers.ContentType!.ToString());
        Assert.Equal("\"2\"", restarted.Headers.ETag!.ToString());
        Assert.Equal("a=ice-ufrag:relay", await restarted.Content.ReadAsStringAsync());

        using HttpResponseMessage stale = await PatchAsync(relay, client, "a=ice-ufrag:x", "\"1\"");
        await ExpectProblemAsync(stale, 412, "precondition_failed");
        using HttpResponseMessage any = await PatchAsync(relay, client, "a=ice-ufrag:x", "*");
        Assert.Equal("\"3\"", any.Headers.ETag!.ToString());
        using HttpResponseMessage trickle = await PatchAsync(relay, client, "a=candidate:1", null);
        Assert.Equal(HttpStatusCode.NoContent, trickle.StatusCode);
        using HttpResponseMessage type = await relay.SendAsync(HttpMethod.Patch, client.MediaPath, client.Token, "v=0", Sdp);
        await ExpectProblemAsync(type, 415, "unsupported_media_type");
    }

    [Fact]
    public async Task Deleting_the_leg_ends_a_voice_pair()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        (TestClient first, TestClient second) = await relay.ConnectPairAsync("voice");
        using HttpResponseMessage deleted = await relay.SendAsync(HttpMethod.Delete, first.MediaPath, first.Token);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        JsonElement media = await first.ExpectAsync("media");
        Assert.Equal(("closed", "requested"), (media.GetProperty("state").GetString(), media.GetProperty("reason").GetString()));
        await first.ExpectAsync("partner.gone");
        await second.ExpectAsync("partner.gone");
        Assert.Equal("unpair 2, close 1", string.Join(", ", relay.Media.Calls.TakeLast(2)));
        using HttpResponseMessage again = await relay.SendAsync(HttpMethod.Delete, first.MediaPath, first.Token);
        await ExpectProblemAsync(again, 404, "not_found");
        first.Dispose();
        second.Dispose();
    }

    [Fact]
    public async Task A_leg_that_ends_by_itself_is_told_with_its_reason()
    {
        await using RunningRelay relay = await RunningRelay.StartAsync();
        using TestClient client = await relay.ConnectAsync();
        await client.OpenMediaAsync();
        await client.ExpectAsync("media");
        relay.Media.End(relay.Media.Legs.Single(), CloseReason.ConsentExpired);
        Assert.Equal("consent_expired", (await client.ExpectAsync("media")).GetProperty("reason").GetString());
    }

    internal static async Task ExpectProblemAsync(HttpResponseMessage response, int status, string code)
    {
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(status == (int)response.StatusCode, $"expected {status}, got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.ToString());
        using JsonDocument document = JsonDocument.Parse(text);
        JsonElement problem = document.RootElement;
        Assert.Equal("urn:relay:problem:" + code, problem.GetProperty("type").GetString());
        Assert.Equal(code, problem.GetProperty("code").GetString());
        Assert.Equal(status, problem.GetProperty("status").GetInt32());
        Assert.NotEmpty(problem.GetProperty("title").GetString()!);
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
    }

    private static Task<HttpResponseMessage> PatchAsync(RunningRelay relay, TestClient client, string body, string? ifMatch) =>
        relay.SendAsync(HttpMethod.Patch, client.MediaPath, client.Token, body, Fragment, request =>
        {
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }
        });

    private static async Task<string> OpenFromAsync(RunningRelay relay, params string[] addresses)
    {
        var statuses = new List<int>();
        foreach (string address in addresses)
        {
            using HttpResponseMessage response = await relay.SendAsync(
                HttpMethod.Post, "/v1/sessions", change: request => request.Headers.Add("X-Forwarded-For", address));
            statuses.Add((int)response.StatusCode);
        }

        return string.Join(' ', statuses);
    }
}

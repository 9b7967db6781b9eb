using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Relay.Host.Admin;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminEndpointsTests
{
    private const string Transports = AdminEndpoints.TransportsPath;
    private const string Rooms = AdminEndpoints.RoomsPath;

    [Fact]
    public async Task Legs_and_rooms_from_the_first_request_to_the_last()
    {
        await using RunningAdmin admin = await RunningAdmin.StartAsync();
        JsonElement one = await admin.PostAsync(Transports, Leg(1), HttpStatusCode.Created);
        string source = one.GetProperty("id").GetString()!;
        Assert.Equal(40_000, one.GetProperty("port").GetInt32());
        Assert.False(one.TryGetProperty("videoSsrc", out _));
        JsonElement many = await admin.PostAsync(Transports, new[] { Leg(2), Leg(3) }, HttpStatusCode.Created);
        Assert.Equal(2, many.GetArrayLength());
        string sink = many[0].GetProperty("id").GetString()!;
        string room = (await admin.PostAsync(Rooms, null, HttpStatusCode.Created)).GetProperty("id").GetString()!;
        await admin.PostAsync($"{Rooms}/{room}/edges", new { consumer = sink, producer = source }, HttpStatusCode.NoContent);

        Assert.Equal(3, (await admin.GetAsync(Transports)).GetProperty("count").GetInt32());
        Assert.False((await admin.GetAsync($"{Transports}/{sink}")).GetProperty("connected").GetBoolean());
        Assert.Equal(1, (await admin.GetAsync(Rooms)).GetProperty("rooms")[0].GetProperty("edgeCount").GetInt32());
        JsonElement edge = (await admin.GetAsync($"{Rooms}/{room}")).GetProperty("edges")[0];
        Assert.Equal(sink, edge.GetProperty("consumer").GetString());
        Assert.True(edge.GetProperty("audio").GetBoolean());

        foreach (string path in new[] { $"{Rooms}/{room}/edges/{sink}/{source}", $"{Rooms}/{room}", $"{Transports}/{sink}" })
        {
            Assert.Equal(HttpStatusCode.NoContent, (await admin.Http.DeleteAsync(path)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await admin.Http.DeleteAsync(path)).StatusCode);
        }

        Assert.Equal(["consume 2 1 True False", "stop 2 1 True False", "close 2"], admin.Plane.Calls);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Http.GetAsync($"{Transports}/{sink}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await admin.Http.GetAsync($"{Rooms}/{room}")).StatusCode);
    }

    [Fact]
    public async Task What_is_wrong_comes_back_as_a_problem_that_names_the_field()
    {
        await using RunningAdmin admin = await RunningAdmin.StartAsync();
        JsonElement problem = await admin.PostAsync(
            Transports, new[] { Leg(1), Leg(2, key: "!") }, HttpStatusCode.BadRequest);
        Assert.StartsWith("[1].srtp.localKey:", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("bad_request", problem.GetProperty("code").GetString());
        await admin.PostAsync(Transports, new[] { Leg(1), Leg(1) }, HttpStatusCode.Conflict);
        await admin.PostAsync($"{Rooms}/none/edges", new { consumer = "a", producer = "b" }, HttpStatusCode.NotFound);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await admin.Http.PutAsync(Transports, null)).StatusCode);
    }

    private static object Leg(uint ssrc, string? key = null) => new
    {
        audio = new { codec = "opus", payloadType = 111, ssrc },
        srtp = new
        {
            profile = "AEAD_AES_128_GCM",
            localKey = key ?? Convert.ToBase64String(PlainRequests.Key(28, 1)),
            remoteKey = Convert.ToBase64String(PlainRequests.Key(28, 2)),
        },
    };
}

/// <summary>Requests with their answers read.</summary>
internal static class RunningAdminRequests
{
    public static async Task<JsonElement> PostAsync(this RunningAdmin admin, string path, object? body, HttpStatusCode expected)
    {
        using HttpResponseMessage response = body is null
            ? await admin.Http.PostAsync(path, null)
            : await admin.Http.PostAsJsonAsync(path, body);
        string text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == expected, text);
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    public static async Task<JsonElement> GetAsync(this RunningAdmin admin, string path) =>
        JsonDocument.Parse(await admin.Http.GetStringAsync(path)).RootElement;
}

using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Relay.Load.CommandLine;

namespace Relay.Load.Servers;

/// <summary>The relay's admin API, as far as load needs it.</summary>
internal sealed class AdminClient : IDisposable
{
    /// <summary>Objects that one request may hold.</summary>
    public const int ItemsMax = 1000;

    private readonly HttpClient _http;

    public AdminClient(Uri address, string key)
    {
        _http = new HttpClient { BaseAddress = address };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    /// <summary>Makes plain transports; the answers are in the order of the requests.</summary>
    public Task<JsonElement> CreateTransportsAsync(JsonArray requests) => PostAsync("/v1/admin/plain-transports", requests);

    public async Task<string> CreateRoomAsync() => (await PostAsync("/v1/admin/rooms", null)).GetProperty("id").GetString()!;

    public Task AddEdgesAsync(string room, JsonArray edges) => PostAsync($"/v1/admin/rooms/{room}/edges", edges);

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> PostAsync(string path, JsonNode? body)
    {
        using HttpContent? content = body is null ? null : JsonContent.Create(body);
        using HttpResponseMessage response = await _http.PostAsync(path, content);
        string text = await response.Content.ReadAsStringAsync();
        if (!response.IsSuccessStatusCode)
        {
            throw new UsageException($"The relay answered {(int)response.StatusCode} to {path}: {text}");
        }

        if (text.Length == 0)
        {
            return default;
        }

        using JsonDocument answer = JsonDocument.Parse(text);
        return answer.RootElement.Clone();
    }
}

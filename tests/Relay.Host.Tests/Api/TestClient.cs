using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Relay.Host.Tests.Api;

/// <summary>One client: a session and its socket.</summary>
internal sealed class TestClient(RunningRelay relay, string id, string token) : IDisposable
{
    /// <summary>Only ends a test that hangs; nothing is measured by it.</summary>
    private static readonly TimeSpan GiveUp = TimeSpan.FromSeconds(20);

    private readonly RunningRelay _relay = relay;
    private readonly byte[] _buffer = new byte[64 * 1024];

    public string Id { get; } = id;

    public string Token { get; } = token;

    public ClientWebSocket Socket { get; private set; } = new();

    public string MediaPath => $"/v1/sessions/{Id}/media";

    public async Task ConnectAsync(Action<ClientWebSocketOptions>? change = null)
    {
        Socket = new ClientWebSocket();
        Socket.Options.KeepAliveInterval = TimeSpan.Zero;
        change?.Invoke(Socket.Options);
        using var timeout = new CancellationTokenSource(GiveUp);
        await Socket.ConnectAsync(new Uri($"ws://{_relay.Address.Authority}/v1/ws?token={Token}"), timeout.Token);
    }

    public Task SendAsync(string message) => SendAsync(Encoding.UTF8.GetBytes(message));

    public async Task SendAsync(byte[] message, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        using var timeout = new CancellationTokenSource(GiveUp);
        await Socket.SendAsync(message, type, endOfMessage: true, timeout.Token);
    }

    /// <summary>The next message as sent, or null if the relay closed the socket.</summary>
    public async Task<string?> ReceiveAsync()
    {
        using var timeout = new CancellationTokenSource(GiveUp);
        int length = 0;
        while (true)
        {
            WebSocketReceiveResult result = await Socket.ReceiveAsync(_buffer.AsMemory(length).ToArraySegment(), timeout.Token);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            length += result.Count;
            if (result.EndOfMessage)
            {
                return Encoding.UTF8.GetString(_buffer, 0, length);
            }
        }
    }

    /// <summary>The next message must be of that type; gives its data.</summary>
    public async Task<JsonElement> ExpectAsync(string type)
    {
        string? text = await ReceiveAsync();
        Assert.True(text is not null, $"expected {type}, but the socket was closed with {(int?)Socket.CloseStatus}");
        using JsonDocument message = JsonDocument.Parse(text);
        Assert.True(message.RootElement.GetProperty("t").ValueEquals(type), $"expected {type}, got {text}");
        return message.RootElement.TryGetProperty("d", out JsonElement data) ? data.Clone() : default;
    }

    /// <summary>The next message must be an error of that code.</summary>
    public async Task<JsonElement> ExpectErrorAsync(string code)
    {
        JsonElement data = await ExpectAsync("error");
        Assert.Equal(code, data.GetProperty("code").GetString());
        return data;
    }

    /// <summary>The relay must close the socket; gives the close code.</summary>
    public async Task<int> ExpectCloseAsync()
    {
        while (await ReceiveAsync() is not null)
        {
            // Whatever was still on its way.
        }

        return (int)Socket.CloseStatus!.Value;
    }

    /// <summary>Proves that nothing else was sent: the answer to a nonsense message is the next thing to arrive.</summary>
    public async Task ExpectNothingAsync()
    {
        await SendAsync("""{"t":"no such type"}""");
        await ExpectErrorAsync("unknown_type");
    }

    public async Task CloseAsync(WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure)
    {
        using var timeout = new CancellationTokenSource(GiveUp);
        await Socket.CloseAsync(status, string.Empty, timeout.Token);
    }

    /// <summary>Breaks the connection off without a close frame.</summary>
    public void Break() => Socket.Abort();

    public async Task OpenMediaAsync()
    {
        using HttpResponseMessage response = await _relay.SendAsync(
            HttpMethod.Post, MediaPath, Token, "v=0 offer", "application/sdp");
        response.EnsureSuccessStatusCode();
    }

    public void Dispose() => Socket.Dispose();
}

internal static class MemoryExtensions
{
    public static ArraySegment<byte> ToArraySegment(this Memory<byte> memory) =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(memory, out ArraySegment<byte> segment)
            ? segment
            : throw new InvalidOperationException();
}

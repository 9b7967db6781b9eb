using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Relay.Testing.Api;

/// <summary>A session that this client created, with its token.</summary>
public sealed class RelaySession
{
    private readonly RelayApiClient _api;
    private readonly Uri _socketAddress;

    internal RelaySession(RelayApiClient api, ApiResponse created)
    {
        _api = api;
        Created = created;
        JsonElement body = created.Json();
        SessionId = body.GetProperty("sessionId").GetString()!;
        Token = body.GetProperty("token").GetString()!;
        var address = new UriBuilder(new Uri(api.BaseAddress, body.GetProperty("ws").GetString()!)) { Scheme = "ws" };
        address.Query = "token=" + Uri.EscapeDataString(Token);
        _socketAddress = address.Uri;
    }

    /// <summary>The answer that created it.</summary>
    public ApiResponse Created { get; }

    public string SessionId { get; }

    public string Token { get; }

    private string Path => "/v1/sessions/" + SessionId;

    /// <summary>Opens the session's WebSocket; its first message is welcome.</summary>
    public Task<SessionSocket> OpenSocketAsync(CancellationToken cancellation = default) =>
        SessionSocket.OpenAsync(_socketAddress, _api.Invoker, cancellation);

    /// <summary>POST of an SDP offer; a success is 201 with the answer as its text.</summary>
    public Task<ApiResponse> PostMediaAsync(string offer) =>
        _api.SendAsync(HttpMethod.Post, Path + "/media", Content(offer, "application/sdp"), Token);

    /// <summary>PATCH with an SDP fragment: ICE restart.</summary>
    public Task<ApiResponse> PatchMediaAsync(string fragment, string? ifMatch = null) =>
        _api.SendAsync(HttpMethod.Patch, Path + "/media", Content(fragment, "application/trickle-ice-sdpfrag"), Token, ifMatch);

    public Task<ApiResponse> DeleteMediaAsync() => _api.SendAsync(HttpMethod.Delete, Path + "/media", token: Token);

    /// <summary>Leaves for good.</summary>
    public Task<ApiResponse> DeleteAsync() => _api.SendAsync(HttpMethod.Delete, Path, token: Token);

    private static ByteArrayContent Content(string text, string type)
    {
        var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        content.Headers.ContentType = new MediaTypeHeaderValue(type);
        return content;
    }
}

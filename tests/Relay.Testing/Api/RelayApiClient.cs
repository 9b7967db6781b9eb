using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using Relay.Testing.Peers;

namespace Relay.Testing.Api;

/// <summary>A client of the relay's HTTP API, as an app would be. Safe from any thread.</summary>
public sealed class RelayApiClient : IDisposable
{
    private readonly HttpClient _http;
    private readonly ConcurrentQueue<Captured> _captured = new();

    /// <param name="baseAddress">Such as http://127.0.0.1:8080/.</param>
    /// <param name="localAddress">The address to connect from, so that clients on loopback can be told apart.</param>
    public RelayApiClient(Uri baseAddress, IPAddress? localAddress = null)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (localAddress is not null)
        {
            handler.ConnectCallback = (context, cancellation) => ConnectFromAsync(localAddress, context.DnsEndPoint, cancellation);
        }

        _http = new HttpClient(handler) { BaseAddress = baseAddress, Timeout = TimeSpan.FromSeconds(30) };
        BaseAddress = baseAddress;
    }

    public Uri BaseAddress { get; }

    /// <summary>Every answer so far, headers and body, for a search by <see cref="PrivateTrace.FindIn"/>.</summary>
    public IReadOnlyCollection<Captured> Captured => _captured;

    internal HttpMessageInvoker Invoker => _http;

    /// <summary>POST /v1/sessions; the answer must be 201.</summary>
    /// <param name="modes">Such as "text", "voice", "video"; none for all.</param>
    public async Task<RelaySession> CreateSessionAsync(params string[] modes)
    {
        ApiResponse response = await TryCreateSessionAsync(modes);
        return new RelaySession(this, response.EnsureSuccess());
    }

    /// <summary>POST /v1/sessions, whatever the answer.</summary>
    public Task<ApiResponse> TryCreateSessionAsync(params string[] modes) => SendAsync(
        HttpMethod.Post,
        "/v1/sessions",
        modes.Length == 0 ? null : JsonContent.Create(new { modes }));

    public Task<ApiResponse> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    /// <summary>Any request; the answer is read to its end.</summary>
    public async Task<ApiResponse> SendAsync(
        HttpMethod method,
        string path,
        HttpContent? content = null,
        string? token = null,
        string? ifMatch = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(new EntityTagHeaderValue(ifMatch));
        }

        using HttpResponseMessage response = await _http.SendAsync(request);
        ApiResponse answer = await ApiResponse.ReadAsync(response);
        _captured.Enqueue(new Captured(CapturedKind.Http, [.. Encoding.UTF8.GetBytes(answer.Headers), .. answer.Body]));
        return answer;
    }

    /// <summary>The numbers of /metrics.</summary>
    public async Task<MetricsSnapshot> ScrapeAsync() => MetricsSnapshot.Parse((await GetAsync("/metrics")).EnsureSuccess().Text);

    public void Dispose() => _http.Dispose();

    private static async ValueTask<Stream> ConnectFromAsync(IPAddress local, DnsEndPoint remote, CancellationToken cancellation)
    {
        var socket = new Socket(local.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.Bind(new IPEndPoint(local, 0));
            await socket.ConnectAsync(remote.Host, remote.Port, cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

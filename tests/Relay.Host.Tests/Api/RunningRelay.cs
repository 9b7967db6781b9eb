using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Relay.Host.Api;
using Relay.Host.Configuration;
using Relay.Host.Workers;

namespace Relay.Host.Tests.Api;

/// <summary>A whole relay with its real web server on a free port of the loopback, and a fake media plane.</summary>
internal sealed class RunningRelay : IAsyncDisposable
{
    private readonly WebApplication? _app;

    private RunningRelay(Uri address, FakeMediaPlane media, WebApplication? app)
    {
        _app = app;
        Media = media;
        Address = address;
        Http = new HttpClient { BaseAddress = Address };
    }

    public FakeMediaPlane Media { get; }

    public Uri Address { get; }

    public HttpClient Http { get; }

    public IServiceProvider Services => _app!.Services;

    public static async Task<RunningRelay> StartAsync(
        Action<RelayOptions>? change = null, Action<WebApplicationBuilder>? configure = null)
    {
        var options = new RelayOptions();
        options.Http.Listen = "http://127.0.0.1:0";
        options.Limits.SessionsPerSourceBurst = 1000;
        change?.Invoke(options);
        var media = new FakeMediaPlane();
        WebApplication app = RelayApplication.Build(options, builder =>
        {
            builder.Services.AddSingleton<IMediaPlane>(media);
            builder.Logging.ClearProviders();
            configure?.Invoke(builder);
        });
        await app.StartAsync();
        return new RunningRelay(new Uri(app.Urls.First()), media, app);
    }

    /// <summary>A relay that runs as a process of its own.</summary>
    public static RunningRelay Attach(Uri address) => new(address, new FakeMediaPlane(), null);

    /// <summary>Opens a session; its socket is not connected yet.</summary>
    public async Task<TestClient> OpenSessionAsync(params string[] modes)
    {
        using HttpResponseMessage response = modes.Length == 0
            ? await Http.PostAsync("/v1/sessions", null)
            : await Http.PostAsJsonAsync("/v1/sessions", new { modes });
        response.EnsureSuccessStatusCode();
        using JsonDocument body = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return new TestClient(
            this, body.RootElement.GetProperty("sessionId").GetString()!, body.RootElement.GetProperty("token").GetString()!);
    }

    /// <summary>Opens a session, connects its socket and takes the welcome.</summary>
    public async Task<TestClient> ConnectAsync(params string[] modes)
    {
        TestClient client = await OpenSessionAsync(modes);
        await client.ConnectAsync();
        await client.ExpectAsync("welcome");
        return client;
    }

    /// <summary>Two clients that talk by text.</summary>
    public async Task<(TestClient First, TestClient Second)> ConnectPairAsync(string mode = "text")
    {
        TestClient first = await ConnectAsync();
        TestClient second = await ConnectAsync();
        foreach (TestClient client in (TestClient[])[first, second])
        {
            if (mode is not "text")
            {
                await client.OpenMediaAsync();
                await client.ExpectAsync("media");
            }

            await client.SendAsync($$$"""{"t":"enqueue","d":{"mode":"{{{mode}}}"}}""");
            await client.ExpectAsync("queued");
        }

        await first.ExpectAsync("paired");
        await second.ExpectAsync("paired");
        return (first, second);
    }

    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        string? token = null,
        string? body = null,
        string? contentType = null,
        Action<HttpRequestMessage>? change = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            request.Content = new StringContent(body);
            request.Content.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);
        }

        change?.Invoke(request);
        return await Http.SendAsync(request);
    }

    public async Task StopAsync() => await _app!.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }
}

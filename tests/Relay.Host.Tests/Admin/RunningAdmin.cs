using System.Net.Http.Headers;
using Relay.Host.Admin;
using Relay.Host.Configuration;

namespace Relay.Host.Tests.Admin;

/// <summary>The admin listener on a free port of the loopback, over workers without media.</summary>
internal sealed class RunningAdmin : IAsyncDisposable
{
    public const string Key = "a-key-of-enough-characters";

    private readonly AdminListener _listener;

    private RunningAdmin(AdminListener listener, FakePlainPlane plane)
    {
        _listener = listener;
        Plane = plane;
        Http = new HttpClient { BaseAddress = new Uri(listener.Address) };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Key);
    }

    public FakePlainPlane Plane { get; }

    public HttpClient Http { get; }

    public static async Task<RunningAdmin> StartAsync()
    {
        var options = new RelayOptions();
        options.Admin.Listen = "http://127.0.0.1:0";
        options.Admin.Key = Key;
        var plane = new FakePlainPlane();
        var listener = new AdminListener(options, new AdminControl(plane, options));
        await listener.StartAsync(CancellationToken.None);
        return new RunningAdmin(listener, plane);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _listener.StopAsync(CancellationToken.None);
        await _listener.DisposeAsync();
    }
}

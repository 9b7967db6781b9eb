using Relay.Host.Api;
using Relay.Host.Configuration;

namespace Relay.Host.Admin;

/// <summary>
/// The admin API's own web server. Nothing of the public one is reachable here and nothing of this there: they share a process
/// and the workers, no route.
/// </summary>
internal sealed class AdminListener(RelayOptions options, AdminControl control) : IHostedService, IAsyncDisposable
{
    private const int HeadersTimeoutSeconds = 10;
    private const int ConnectionsMax = 100;

    private readonly WebApplication _app = Build(options, control);

    /// <summary>Where it listens; once it has started.</summary>
    public string Address => new Uri(_app.Urls.First()).AbsoluteUri;

    public Task StartAsync(CancellationToken cancellationToken) => _app.StartAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => _app.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static WebApplication Build(RelayOptions options, AdminControl control)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "relay",
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = AdminBody.MaxBytes + 4096;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeadersTimeoutSeconds);
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            if (ListenAddress.TryParse(options.Admin.Listen, out ListenAddress? listen))
            {
                kestrel.Listen(listen.Address, listen.Port);
            }
        });
        RelayApplication.ConfigureLogging(builder.Logging);
        // Signals are the public host's business; this one starts and stops with it.
        builder.Services.AddSingleton<IHostLifetime, FollowingLifetime>();
        builder.Services.AddSingleton(control);
        builder.Services.AddRouting();
        builder.Services.AddOpenApi("v1", AdminDescription.Configure);
        builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, AdminJson.Default));
        WebApplication app = builder.Build();
        app.Use(SecurityHeaders.Apply);
        app.UseExceptionHandler(failed => failed.Run(context => Problem.Internal().ExecuteAsync(context)));
        app.Use(new AdminKey(options.Admin.Key).Apply);
        app.Use(ProblemMiddleware.Apply);
        app.UseRouting();
        app.MapAdminEndpoints();
        return app;
    }

    private sealed class FollowingLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

using Microsoft.AspNetCore.StaticFiles;
using Relay.Host.Configuration;
using IPNetwork = System.Net.IPNetwork;

namespace Relay.Host.Api;

/// <summary>Puts the web host together: listener, services, pipeline, endpoints. Not started.</summary>
internal static class RelayApplication
{
    /// <summary>Time to send a request's headers; slower ones are cut off.</summary>
    private const int HeadersTimeoutSeconds = 10;

    /// <param name="options">Checked options.</param>
    /// <param name="configure">Registers the <c>IMediaPlane</c>, and in tests whatever they replace.</param>
    public static WebApplication Build(RelayOptions options, Action<WebApplicationBuilder> configure)
    {
        // The empty builder: no appsettings.json, no ASPNETCORE_ variables, no log providers that we did not choose.
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions
        {
            ApplicationName = "relay",
            ContentRootPath = AppContext.BaseDirectory,
        });
        ConfigureKestrel(builder, options);
        ConfigureLogging(builder.Logging);
        RelayServices.Add(builder.Services, options);
        configure(builder);
        WebApplication app = builder.Build();
        UsePipeline(app, options);
        return app;
    }

    private static void ConfigureKestrel(WebApplicationBuilder builder, RelayOptions options)
    {
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            // A little more than any endpoint takes: chunk framing counts here, and the endpoints say 413 themselves.
            kestrel.Limits.MaxRequestBodySize = RequestBody.MaxBytes + 4096;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            kestrel.Limits.MaxRequestLineSize = 4096;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(HeadersTimeoutSeconds);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(60);
            kestrel.Limits.MaxConcurrentConnections = options.Http.MaxConnections + MaxStreams(options);
            kestrel.Limits.MaxConcurrentUpgradedConnections = options.Http.MaxConnections;
            if (ListenAddress.TryParse(options.Http.Listen, out ListenAddress? listen))
            {
                kestrel.Listen(listen.Address, listen.Port);
            }
        });
    }

    // Kestrel counts the connections of Turn:Listen too, which have a limit of their own.
    private static int MaxStreams(RelayOptions options) =>
        options.Turn.Listen.Count > 0 ? options.Turn.StreamsPerWorker * options.Media.Workers : 0;

    /// <summary>The log of both listeners.</summary>
    internal static void ConfigureLogging(ILoggingBuilder logging)
    {
        // Below Warning the framework logs paths and connection ids. Exceptions at start are told in one line instead.
        logging.SetMinimumLevel(LogLevel.Information)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("System", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None)
            // It would give each request, so each socket for its life, an Activity for log scopes that nobody reads. A request that
            // fails is logged by the exception handler or by Kestrel.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            .AddSimpleConsole(console =>
            {
                console.SingleLine = true;
                console.TimestampFormat = "yyyy-MM-ddTHH:mm:ssZ ";
                console.UseUtcTimestamp = true;
            });
        logging.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(
            console => console.LogToStandardErrorThreshold = LogLevel.Trace);
    }

    private static void UsePipeline(WebApplication app, RelayOptions options)
    {
        if (options.Http.TrustedProxies.Count > 0)
        {
            app.UseForwardedHeaders(ForwardedHeaders(options.Http.TrustedProxies));
        }

        app.Use(SecurityHeaders.Apply);
        app.UseExceptionHandler(failed => failed.Run(context => Problem.Internal().ExecuteAsync(context)));
        app.Use(ProblemMiddleware.Apply);
        app.UseWebSockets(new WebSocketOptions { KeepAliveInterval = TimeSpan.Zero });
        app.Use(new OriginGate(options.Http).Apply);
        app.UseDefaultFiles();
        app.UseStaticFiles(StaticFiles());
        app.UseRouting();
        app.MapRelayEndpoints();
    }

    private static ForwardedHeadersOptions ForwardedHeaders(IReadOnlyList<string> proxies)
    {
        // No limit on the number of hops: the walk ends at the first address that is not a trusted proxy.
        var forwarded = new ForwardedHeadersOptions
        {
            ForwardedHeaders = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders.XForwardedFor,
            ForwardLimit = null,
        };
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (string proxy in proxies)
        {
            if (System.Net.IPAddress.TryParse(proxy, out System.Net.IPAddress? address))
            {
                forwarded.KnownProxies.Add(address);
            }
            else
            {
                forwarded.KnownIPNetworks.Add(IPNetwork.Parse(proxy));
            }
        }

        return forwarded;
    }

    private static StaticFileOptions StaticFiles()
    {
        var types = new FileExtensionContentTypeProvider();
        types.Mappings[".js"] = "text/javascript; charset=utf-8";
        types.Mappings[".mjs"] = "text/javascript; charset=utf-8";
        types.Mappings[".css"] = "text/css; charset=utf-8";
        types.Mappings[".html"] = "text/html; charset=utf-8";
        types.Mappings[".webmanifest"] = "application/manifest+json";
        return new StaticFileOptions { ContentTypeProvider = types };
    }
}

using Relay.Core.Pairing;
using Relay.Core.Primitives;
using Relay.Host.Admin;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Telemetry;
using Relay.Host.Turn;

namespace Relay.Host.Api;

/// <summary>The services of the web host. The media plane is registered by whoever builds the application.</summary>
internal static class RelayServices
{
    public static void Add(IServiceCollection services, RelayOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<RandomSource, SystemRandomSource>();
        services.AddSingleton<HostClock>();
        services.AddSingleton<ApiCounters>();
        services.AddSingleton<DrainState>();
        services.AddSingleton<SessionDirectory>();
        services.AddSingleton(provider => new PairingEngine(LimitsOf(options), provider.GetRequiredService<RandomSource>()));
        services.AddSingleton(provider => provider.GetRequiredService<PairingEngine>().Counters);
        services.AddSingleton<TurnIceServers>();
        services.AddSingleton<LegPlacement>();
        services.AddSingleton<SessionControl>();
        services.AddSingleton<PairingLoop>();
        services.AddHostedService(provider => provider.GetRequiredService<PairingLoop>());
        services.AddSingleton<SocketRegistry>();
        services.AddHostedService(provider => provider.GetRequiredService<SocketRegistry>());
        services.AddSingleton<Drainer>();
        services.AddSingleton(provider => new SourceLimiter(
            BucketRate.PerMinute(options.Limits.SessionsPerSourcePerMinute, options.Limits.SessionsPerSourceBurst),
            options.Limits.SourceTableSize,
            provider.GetRequiredService<RandomSource>()));
        services.AddSingleton<SessionEndpoints>();
        services.AddSingleton<SocketEndpoint>();
        services.AddSingleton<StatusEndpoints>();
        services.AddSingleton<IMetricsSource, PairingMetrics>();
        services.AddSingleton<IMetricsSource, RuntimeMetrics>();
        if (options.Admin.Listen.Length > 0)
        {
            services.AddSingleton<AdminControl>();
            services.AddSingleton<IMetricsSource, AdminMetrics>();
            services.AddSingleton<AdminListener>();
            services.AddHostedService(provider => provider.GetRequiredService<AdminListener>());
        }

        services.AddRouting();
        services.AddOpenApi("v1", OpenApiDescription.Configure);
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
        services.Configure<HostOptions>(
            host => host.ShutdownTimeout = DrainBudget.Of(TimeSpan.FromSeconds(options.Drain.Seconds)).Stop);
    }

    private static PairingLimits LimitsOf(RelayOptions options) => new()
    {
        MaxSessions = options.Limits.MaxSessions,
        Resume = TimeSpan.FromSeconds(options.Pairing.ResumeSeconds),
        FirstSocket = TimeSpan.FromSeconds(options.Pairing.FirstSocketSeconds),
        RenewAfter = TimeSpan.FromSeconds(options.Pairing.RenewAfterSeconds),
        RenewRetry = TimeSpan.FromSeconds(options.Pairing.RenewRetrySeconds),
        Pools = options.Media.Workers,
    };
}

using Relay.Host.Configuration;

namespace Relay.Host.Api;

/// <summary>The services of the web host.</summary>
internal static class RelayServices
{
    public static void Add(IServiceCollection services, RelayOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton(TimeProvider.System);
        services.AddRouting();
        services.AddOpenApi("v1");
        services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, ApiJson.Default));
    }
}

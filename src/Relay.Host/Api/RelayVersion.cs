using System.Reflection;

namespace Relay.Host.Api;

/// <summary>The version of this build, without the source revision.</summary>
internal static class RelayVersion
{
    public static string Text { get; } = typeof(RelayVersion).Assembly
        .GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}

namespace Relay.Host.Api;

/// <summary>All addresses of the API.</summary>
internal static class RelayEndpoints
{
    public static void MapRelayEndpoints(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        app.MapGet("/healthz", () => Results.Text("ok"));
        app.MapGet("/readyz", () => Results.Text("ready"));
    }
}

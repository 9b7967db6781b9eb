namespace Relay.Host.Api;

/// <summary>All addresses of the API, and what the OpenAPI document says about them.</summary>
internal static class RelayEndpoints
{
    public const string SessionsPath = "/v1/sessions";
    public const string SocketPath = "/v1/ws";

    private const string Sessions = "Sessions";
    private const string Media = "Media";
    private const string Operation = "Operation";

    public static string MediaPath(string sessionId) => SessionsPath + "/" + sessionId + "/media";

    public static void MapRelayEndpoints(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        MapSessions(app);
        MapMedia(app);
        MapSocket(app);
        MapOperation(app);
    }

    private static void MapSessions(WebApplication app)
    {
        app.MapPost(SessionsPath, (HttpContext context, SessionEndpoints sessions) => sessions.OpenAsync(context))
            .WithName("openSession").WithTags(Sessions)
            .WithSummary("Opens a session")
            .WithDescription(
                "Gives an anonymous session and the token that proves it. The body may be left out: all modes are then allowed. "
                + "Connect the WebSocket soon, or the session ends.")
            .Accepts<CreateSessionRequest>(isOptional: true, "application/json")
            .Produces<CreateSessionResponse>(StatusCodes.Status201Created)
            .Problems(400, 403, 413, 415, 429, 503);
        app.MapDelete(
            SessionsPath + "/{id}",
            (HttpContext context, string id, SessionEndpoints sessions) => sessions.LeaveAsync(context, id))
            .WithName("closeSession").WithTags(Sessions)
            .WithSummary("Ends a session for good")
            .WithDescription("A partner is told partner.gone, the media leg and the WebSocket are closed.")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(401, 403, 404, 503).WithMetadata(BearerToken.Instance);
    }

    private static void MapMedia(WebApplication app)
    {
        const string path = SessionsPath + "/{id}/media";
        app.MapPost(path, (HttpContext context, string id, SessionEndpoints sessions) => sessions.OpenMediaAsync(context, id))
            .WithName("openMedia").WithTags(Media)
            .WithSummary("Opens the session's media leg")
            .WithDescription(
                "Takes an SDP offer and gives the answer (as in WHIP, RFC 9725). ETag names the ICE generation. "
                + "A second offer replaces the leg, unless a pair uses it.")
            .Accepts<string>(SdpResult.Sdp)
            .Produces<string>(StatusCodes.Status201Created, SdpResult.Sdp)
            .Problems(400, 401, 403, 404, 409, 413, 415, 422, 429, 503).WithMetadata(BearerToken.Instance);
        app.MapPatch(path, (HttpContext context, string id, SessionEndpoints sessions) => sessions.PatchMediaAsync(context, id))
            .WithName("patchMedia").WithTags(Media)
            .WithSummary("Restarts ICE, or trickles candidates")
            .WithDescription(
                "New ice-ufrag and ice-pwd restart ICE: 200 with the relay's new ones. Candidates alone are not needed: 204. "
                + "If-Match is honoured.")
            .Accepts<string>(SdpResult.Fragment)
            .Produces<string>(StatusCodes.Status200OK, SdpResult.Fragment)
            .Produces(StatusCodes.Status204NoContent)
            .Problems(400, 401, 403, 404, 412, 413, 415, 422, 429, 503).WithMetadata(BearerToken.Instance);
        app.MapDelete(path, (HttpContext context, string id, SessionEndpoints sessions) => sessions.CloseMediaAsync(context, id))
            .WithName("closeMedia").WithTags(Media)
            .WithSummary("Closes the media leg")
            .WithDescription("A voice or video pair that uses it ends.")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(401, 403, 404, 503).WithMetadata(BearerToken.Instance);
    }

    private static void MapSocket(WebApplication app) =>
        app.MapGet(SocketPath, (HttpContext context, string? token, SocketEndpoint socket) => socket.HandleAsync(context, token))
            .WithName("openSocket").WithTags(Sessions)
            .WithSummary("The session's WebSocket")
            .WithDescription(
                "Text frames {\"t\":type,\"id\":number,\"d\":{...}} of at most 16 KiB. "
                + "Client: enqueue{mode}, cancel, next, end, chat{text}, typing{on}, pong. "
                + "Relay: welcome, media, queued, paired, idle, chat, typing, partner.gone, notice, error, ping. "
                + "A second socket takes over from the first (close code 4001).")
            .Produces(StatusCodes.Status101SwitchingProtocols)
            .Problems(401, 403, 426);

    private static void MapOperation(WebApplication app)
    {
        app.MapGet("/v1/status", (StatusEndpoints status) => status.Status())
            .WithName("status").WithTags(Operation)
            .WithSummary("Counts of sessions, sockets, waiting sessions and pairs")
            .Produces<StatusResponse>();
        app.MapGet("/healthz", () => StatusEndpoints.Health())
            .WithName("health").WithTags(Operation)
            .WithSummary("200 while the process lives")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
        app.MapGet("/readyz", (StatusEndpoints status) => status.Ready())
            .WithName("ready").WithTags(Operation)
            .WithSummary("200 while new sessions are taken")
            .Produces<string>(StatusCodes.Status200OK, "text/plain")
            .Problems(503);
        app.MapGet("/metrics", (StatusEndpoints status) => status.Metrics())
            .WithName("metrics").WithTags(Operation)
            .WithSummary("Counters in the Prometheus text format")
            .Produces<string>(StatusCodes.Status200OK, "text/plain");
    }

    internal static RouteHandlerBuilder Problems(this RouteHandlerBuilder builder, params ReadOnlySpan<int> statuses)
    {
        foreach (int status in statuses)
        {
            builder.Produces<ProblemBody>(status, Problem.ContentType);
        }

        return builder;
    }
}

using System.Security.Cryptography;
using Relay.Host.Api;

namespace Relay.Host.Admin;

/// <summary>All addresses of the admin API, and what its OpenAPI document says about them.</summary>
internal static class AdminEndpoints
{
    public const string TransportsPath = "/v1/admin/plain-transports";
    public const string RoomsPath = "/v1/admin/rooms";

    private const string Transports = "Plain transports";
    private const string Rooms = "Rooms";

    public static void MapAdminEndpoints(this WebApplication app)
    {
        app.MapOpenApi("/openapi/{documentName}.json");
        MapTransports(app);
        MapRooms(app);
        MapEdges(app);
    }

    private static void MapTransports(WebApplication app)
    {
        app.MapPost(TransportsPath, OpenAsync)
            .WithName("openPlainTransports").WithTags(Transports)
            .WithSummary("Opens a plain transport, or many")
            .WithDescription(
                "A leg without ICE and DTLS: RTP or SRTP with given keys. The body is one object, or an array of up to 1000; of an "
                + "array all are opened or none, on one worker. Without srtp, remote is needed.")
            .Accepts<PlainTransportRequest>("application/json")
            .Produces<PlainTransportCreated>(StatusCodes.Status201Created)
            .Problems(400, 401, 409, 413, 415, 503);
        app.MapGet(TransportsPath, (AdminControl control) =>
            TypedResults.Json(control.ListTransports(), AdminJson.Default.PlainTransportList))
            .WithName("listPlainTransports").WithTags(Transports)
            .WithSummary("All plain transports")
            .Produces<PlainTransportList>()
            .Problems(401);
        app.MapGet(TransportsPath + "/{id}", IResult (AdminControl control, string id) => control.FindTransport(id) is { } state
            ? TypedResults.Json(state, AdminJson.Default.PlainTransportState)
            : Problem.NoTransport())
            .WithName("getPlainTransport").WithTags(Transports)
            .WithSummary("One plain transport")
            .Produces<PlainTransportState>()
            .Problems(401, 404);
        app.MapDelete(TransportsPath + "/{id}", (AdminControl control, string id) => Answer(control.Close(id)))
            .WithName("closePlainTransport").WithTags(Transports)
            .WithSummary("Ends a plain transport and its edges")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(401, 404);
    }

    private static void MapRooms(WebApplication app)
    {
        app.MapPost(RoomsPath, IResult (AdminControl control) => control.CreateRoom(out RoomCreated? created) is { } problem
            ? problem
            : TypedResults.Json(created!, AdminJson.Default.RoomCreated, statusCode: StatusCodes.Status201Created))
            .WithName("createRoom").WithTags(Rooms)
            .WithSummary("Makes an empty room")
            .Produces<RoomCreated>(StatusCodes.Status201Created)
            .Problems(401, 503);
        app.MapGet(RoomsPath, (AdminControl control) => TypedResults.Json(control.ListRooms(), AdminJson.Default.RoomList))
            .WithName("listRooms").WithTags(Rooms)
            .WithSummary("All rooms with their numbers of edges")
            .Produces<RoomList>()
            .Problems(401);
        app.MapGet(RoomsPath + "/{id}", IResult (AdminControl control, string id) => control.FindRoom(id) is { } room
            ? TypedResults.Json(room, AdminJson.Default.RoomState)
            : Problem.NoRoom())
            .WithName("getRoom").WithTags(Rooms)
            .WithSummary("A room and who hears whom in it")
            .Produces<RoomState>()
            .Problems(401, 404);
        app.MapDelete(RoomsPath + "/{id}", (AdminControl control, string id) => Answer(control.CloseRoom(id)))
            .WithName("closeRoom").WithTags(Rooms)
            .WithSummary("Deletes a room and its edges; the legs stay")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(401, 404, 503);
    }

    private static void MapEdges(WebApplication app)
    {
        app.MapPost(RoomsPath + "/{id}/edges", ConnectAsync)
            .WithName("connectEdges").WithTags(Rooms)
            .WithSummary("Lets a leg hear another, or many others")
            .WithDescription(
                "The body is one edge, or an array of up to 1000, all or none. An edge takes the place of whom the consumer heard of "
                + "those kinds before. Both legs live on one worker, and in no other room.")
            .Accepts<Edge>("application/json")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(400, 401, 404, 409, 413, 415, 503);
        app.MapDelete(
            RoomsPath + "/{id}/edges/{consumer}/{producer}",
            (AdminControl control, string id, string consumer, string producer) =>
                Answer(control.Disconnect(id, consumer, producer)))
            .WithName("disconnectEdge").WithTags(Rooms)
            .WithSummary("The consumer no longer hears the producer")
            .Produces(StatusCodes.Status204NoContent)
            .Problems(401, 404, 503);
    }

    private static async Task<IResult> OpenAsync(HttpContext context, AdminControl control)
    {
        (PlainTransportRequest[] requests, bool isArray, Problem? problem) = await AdminBody.ReadAsync(
            context.Request, AdminJson.Default.PlainTransportRequest, AdminJson.Default.PlainTransportRequestArray);
        if (problem is not null)
        {
            return problem;
        }

        try
        {
            problem = control.Open(requests, isArray, out PlainTransportCreated[] created);
            return problem is not null ? problem
                : isArray ? TypedResults.Json(
                    created, AdminJson.Default.PlainTransportCreatedArray, statusCode: StatusCodes.Status201Created)
                : TypedResults.Json(created[0], AdminJson.Default.PlainTransportCreated, statusCode: StatusCodes.Status201Created);
        }
        finally
        {
            foreach (PlainTransportRequest request in requests)
            {
                CryptographicOperations.ZeroMemory(request.Srtp?.LocalKey);
                CryptographicOperations.ZeroMemory(request.Srtp?.RemoteKey);
            }
        }
    }

    private static async Task<IResult> ConnectAsync(HttpContext context, AdminControl control, string id)
    {
        (Edge[] edges, bool isArray, Problem? problem) = await AdminBody.ReadAsync(
            context.Request, AdminJson.Default.Edge, AdminJson.Default.EdgeArray);
        return Answer(problem ?? control.Connect(id, edges, isArray));
    }

    private static IResult Answer(Problem? problem) => problem is not null ? problem : TypedResults.NoContent();
}

using System.Globalization;
using System.Text.Json;

namespace Relay.Host.Api;

/// <summary>
/// An error answer: application/problem+json (RFC 9457) with the extension member "code". The type is
/// urn:relay:problem:{code}. Titles and details are ours alone: nothing that a client sent is echoed.
/// </summary>
internal sealed class Problem : IResult, IStatusCodeHttpResult
{
    public const string ContentType = "application/problem+json";

    private readonly int? _retryAfterSeconds;

    private Problem(int status, string code, string title, string? detail, int? retryAfterSeconds = null)
    {
        Body = new ProblemBody("urn:relay:problem:" + code, title, status, detail, code);
        _retryAfterSeconds = retryAfterSeconds;
    }

    public ProblemBody Body { get; }

    public int? StatusCode => Body.Status;

    public static Problem BadRequest(string detail) => new(400, "bad_request", "The request cannot be understood", detail);

    public static Problem BadSdp(string? detail) => new(400, "bad_sdp", "The body is not usable SDP", detail);

    public static Problem Unauthorized() =>
        new(
            401,
            "unauthorized",
            "The session's token is needed",
            "Send Authorization: Bearer with the token that POST /v1/sessions gave.");

    public static Problem NoAdminKey() =>
        new(401, "unauthorized", "The admin key is needed", "Send Authorization: Bearer with the value of Admin:Key.");

    public static Problem OriginNotAllowed() =>
        new(
            403,
            "origin_not_allowed",
            "This web origin may not use the relay",
            "The operator can add it to Http:AllowedOrigins.");

    public static Problem NotFound() => new(404, "not_found", "There is nothing here", null);

    public static Problem NoSession() => new(404, "not_found", "There is no such session", "It may have ended.");

    public static Problem NoLeg() => new(404, "not_found", "The session has no media leg", "POST an offer first.");

    public static Problem NoTransport() =>
        new(404, "not_found", "There is no such plain transport", "It may have ended: GET /v1/admin/plain-transports lists all.");

    public static Problem NoRoom() =>
        new(404, "not_found", "There is no such room", "GET /v1/admin/rooms lists all.");

    public static Problem NoEdge() =>
        new(404, "not_found", "The consumer does not hear the producer in this room", "GET the room to see its edges.");

    /// <summary>The request contradicts what is there.</summary>
    public static Problem Conflict(string code, string title, string detail) => new(409, code, title, detail);

    public static Problem MethodNotAllowed() =>
        new(405, "method_not_allowed", "This address does not take that method", "The Allow header lists the methods.");

    public static Problem MediaInUse() =>
        new(409, "media_in_use", "The media leg is in use by a pair", "End the pair first, or DELETE the leg.");

    public static Problem PreconditionFailed() =>
        new(
            412,
            "precondition_failed",
            "The ICE generation has moved on",
            "GET the ETag of the last answer, or send If-Match: *.");

    public static Problem TooLarge(int maxBytes) =>
        new(
            413,
            "too_large",
            "The body is too large",
            string.Create(CultureInfo.InvariantCulture, $"At most {maxBytes} bytes are taken."));

    public static Problem UnsupportedMediaType() =>
        new(
            415,
            "unsupported_media_type",
            "The content type is not taken here",
            "The OpenAPI document at /openapi/v1.json names the right one.");

    public static Problem MediaNotSupported(string? detail) =>
        new(422, "media_not_supported", "The offer has nothing that the relay can use", detail);

    public static Problem UpgradeRequired() =>
        new(426, "upgrade_required", "This address speaks WebSocket only", "Connect with a WebSocket client.");

    public static Problem RateLimited(int retryAfterSeconds) =>
        new(429, "rate_limited", "Too many requests", "Wait for the time in Retry-After.", retryAfterSeconds);

    public static Problem Internal() => new(500, "internal", "The relay failed", null);

    public static Problem Overloaded(string? detail = null) =>
        new(503, "overloaded", "The relay is full", detail, retryAfterSeconds: 5);

    public static Problem Draining() =>
        new(503, "draining", "The relay is shutting down", "Try again soon, or another relay.", retryAfterSeconds: 5);

    /// <summary>The problem for a status that the framework set without a body.</summary>
    public static Problem OfStatus(int status) => status switch
    {
        401 => Unauthorized(),
        404 => NotFound(),
        405 => MethodNotAllowed(),
        413 => TooLarge(RequestBody.MaxBytes),
        415 => UnsupportedMediaType(),
        426 => UpgradeRequired(),
        >= 500 => Internal(),
        _ => new Problem(status, "bad_request", "The request cannot be understood", null),
    };

    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        response.StatusCode = Body.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (_retryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (Body.Status == StatusCodes.Status401Unauthorized)
        {
            response.Headers.WWWAuthenticate = "Bearer";
        }

        return response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(Body, ApiJson.Default.ProblemBody), httpContext.RequestAborted).AsTask();
    }
}

/// <summary>The members of a problem document (RFC 9457 section 3.1) and the code of this API.</summary>
/// <param name="Type">urn:relay:problem:{code}</param>
/// <param name="Title">What kind of problem it is.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What to do about it.</param>
/// <param name="Code">The stable name to switch on.</param>
internal sealed record ProblemBody(string Type, string Title, int Status, string? Detail, string Code);

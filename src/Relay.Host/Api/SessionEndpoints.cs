using System.Text;
using System.Text.Json;
using Relay.Core.Pairing;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>The session and media addresses: checks what a request says, then asks the pairing loop.</summary>
internal sealed class SessionEndpoints(
    SessionDirectory directory,
    PairingLoop loop,
    SessionControl control,
    SourceLimiter limiter,
    DrainState drain,
    HostClock clock,
    ApiCounters counters)
{
    private const int MaxSessionRequestBytes = 4096;
    private const int MaxFragmentBytes = 16 * 1024;
    private const int MaxLocaleChars = 35;
    private const string BearerPrefix = "Bearer ";

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly SessionDirectory _directory = directory;
    private readonly PairingLoop _loop = loop;
    private readonly SessionControl _control = control;
    private readonly SourceLimiter _limiter = limiter;
    private readonly DrainState _drain = drain;
    private readonly HostClock _clock = clock;
    private readonly ApiCounters _counters = counters;

    public async Task<IResult> OpenAsync(HttpContext context)
    {
        if (_drain.IsDraining)
        {
            return Problem.Draining();
        }

        if (!_limiter.TryTake(context.Connection.RemoteIpAddress, _clock.Now, out int retryAfterSeconds))
        {
            _counters.RateLimited("session");
            return Problem.RateLimited(retryAfterSeconds);
        }

        if (await RequestBody.ReadAsync(context.Request, MaxSessionRequestBytes) is not { } body)
        {
            return Problem.TooLarge(MaxSessionRequestBytes);
        }

        if (body.Length > 0 && !context.Request.HasJsonContentType())
        {
            return Problem.UnsupportedMediaType();
        }

        return ReadModes(body, out ModeSet modes) is { } problem ? problem : await _loop.AskAsync(() => _control.Open(modes));
    }

    public async Task<IResult> LeaveAsync(HttpContext context, string id) =>
        Authorize(context, id, out ClientSession? session) is { } problem
            ? problem
            : await _loop.AskAsync(() => _control.Leave(session!));

    public async Task<IResult> OpenMediaAsync(HttpContext context, string id)
    {
        if (Authorize(context, id, out ClientSession? session) is { } problem)
        {
            return problem;
        }

        (string? offer, Problem? unreadable) = await ReadSdpAsync(context.Request, SdpResult.Sdp, RequestBody.MaxBytes);
        return unreadable is not null ? unreadable : await _loop.AskAsync(() => _control.OpenMedia(session!, offer!));
    }

    public async Task<IResult> PatchMediaAsync(HttpContext context, string id)
    {
        if (Authorize(context, id, out ClientSession? session) is { } problem)
        {
            return problem;
        }

        (string? fragment, Problem? unreadable) = await ReadSdpAsync(context.Request, SdpResult.Fragment, MaxFragmentBytes);
        string? ifMatch = context.Request.Headers.IfMatch;
        return unreadable is not null
            ? unreadable
            : await _loop.AskAsync(() => _control.PatchMedia(session!, fragment!, ifMatch));
    }

    public async Task<IResult> CloseMediaAsync(HttpContext context, string id) =>
        Authorize(context, id, out ClientSession? session) is { } problem
            ? problem
            : await _loop.AskAsync(() => _control.CloseMedia(session!));

    private Problem? Authorize(HttpContext context, string id, out ClientSession? session)
    {
        session = null;
        string header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(BearerPrefix, StringComparison.OrdinalIgnoreCase)
            || !SessionToken.TryHash(header[BearerPrefix.Length..].Trim(), out TokenHash hash))
        {
            return Problem.Unauthorized();
        }

        session = _directory.Find(id);
        if (session is null)
        {
            return Problem.NoSession();
        }

        return SessionToken.Same(hash, session.TokenHash) ? null : Problem.Unauthorized();
    }

    private static Problem? ReadModes(byte[] body, out ModeSet modes)
    {
        modes = ModeSet.All;
        if (body.Length == 0)
        {
            return null;
        }

        CreateSessionRequest? request;
        try
        {
            request = JsonSerializer.Deserialize(body, ApiJson.Default.CreateSessionRequest);
        }
        catch (JsonException)
        {
            return Problem.BadRequest("The body is not {\"modes\":[...],\"locale\":\"...\"}.");
        }

        if (request?.Locale is { Length: > MaxLocaleChars })
        {
            return Problem.BadRequest("locale has at most 35 characters.");
        }

        if (request?.Modes is null)
        {
            return null;
        }

        modes = ModeSet.None;
        foreach (string name in request.Modes)
        {
            if (!ModeNames.TryParse(name, out PairingMode mode))
            {
                return Problem.BadRequest("modes holds text, voice and video only.");
            }

            modes |= (ModeSet)(1 << (int)mode);
        }

        return modes == ModeSet.None ? Problem.BadRequest("modes names at least one mode, or is left out.") : null;
    }

    private static async Task<(string? Text, Problem? Problem)> ReadSdpAsync(
        HttpRequest request, string contentType, int maxBytes)
    {
        string given = request.ContentType?.Split(';', 2)[0].Trim() ?? string.Empty;
        if (!given.Equals(contentType, StringComparison.OrdinalIgnoreCase))
        {
            return (null, Problem.UnsupportedMediaType());
        }

        if (await RequestBody.ReadAsync(request, maxBytes) is not { } body)
        {
            return (null, Problem.TooLarge(maxBytes));
        }

        try
        {
            return body.Length == 0 ? (null, Problem.BadSdp("The body is empty.")) : (StrictUtf8.GetString(body), null);
        }
        catch (DecoderFallbackException)
        {
            return (null, Problem.BadSdp("The body is not UTF-8."));
        }
    }
}

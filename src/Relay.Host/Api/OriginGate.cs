using Relay.Host.Configuration;

namespace Relay.Host.Api;

/// <summary>
/// Which web pages may use the API: those of the relay itself and of Http:AllowedOrigins. Clients that send no Origin are
/// no browsers and are let through; a browser cannot leave it out. Also answers CORS preflights (Fetch standard).
/// </summary>
internal sealed class OriginGate
{
    private const int PreflightMaxAgeSeconds = 600;

    private readonly HashSet<string> _allowed;
    private readonly bool _allowAll;

    public OriginGate(HttpOptions options)
    {
        _allowed = new HashSet<string>(options.AllowedOrigins, StringComparer.OrdinalIgnoreCase);
        _allowAll = _allowed.Contains("*");
    }

    public Task Apply(HttpContext context, RequestDelegate next)
    {
        HttpRequest request = context.Request;
        string? origin = request.Headers.Origin;
        if (string.IsNullOrEmpty(origin) || IsSameOrigin(origin, request.Host))
        {
            return next(context);
        }

        bool allowed = _allowAll || _allowed.Contains(origin);
        bool isPreflight = HttpMethods.IsOptions(request.Method) && request.Headers.AccessControlRequestMethod.Count > 0;
        if (!allowed)
        {
            // A page may ask for what is public anyway, but the browser will not show it the answer.
            return isPreflight || !IsHarmless(context) ? Problem.OriginNotAllowed().ExecuteAsync(context) : next(context);
        }

        IHeaderDictionary headers = context.Response.Headers;
        headers.AccessControlAllowOrigin = _allowAll ? "*" : origin;
        headers.Vary = "Origin";
        if (!isPreflight)
        {
            headers.AccessControlExposeHeaders = "ETag, Location, Retry-After";
            return next(context);
        }

        headers.AccessControlAllowMethods = "GET, POST, PATCH, DELETE";
        headers.AccessControlAllowHeaders = "Authorization, Content-Type, If-Match";
        headers.AccessControlMaxAge = PreflightMaxAgeSeconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static bool IsHarmless(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method))
            && !context.WebSockets.IsWebSocketRequest;

    /// <summary>
    /// The same host and port. The scheme is not compared: behind a TLS proxy the relay sees http where the page is https.
    /// </summary>
    internal static bool IsSameOrigin(string origin, HostString host)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out Uri? uri) || uri.Scheme is not ("http" or "https"))
        {
            return false;
        }

        string originHost = uri.IsDefaultPort ? uri.Host : uri.Authority;
        string requestHost = host.Port is 80 or 443 && uri.IsDefaultPort ? host.Host : host.Value ?? string.Empty;
        return originHost.Equals(requestHost, StringComparison.OrdinalIgnoreCase);
    }
}

namespace Relay.Host.Api;

/// <summary>Headers that every answer carries.</summary>
internal static class SecurityHeaders
{
    /// <summary>
    /// The demo page loads its own modules and styles, shows camera streams (blob:) and talks to its own host by HTTP and
    /// WebSocket; nothing else. ws: and wss: are named because older Safari does not count them as 'self'.
    /// </summary>
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; "
        + "font-src 'self'; manifest-src 'self'; connect-src 'self' ws: wss:; base-uri 'none'; form-action 'none'; "
        + "frame-ancestors 'none'";

    public static Task Apply(HttpContext context, RequestDelegate next)
    {
        // Set when the answer starts, because an error handler clears what was set before.
        context.Response.OnStarting(static state => Set((HttpContext)state), context);
        return next(context);
    }

    private static Task Set(HttpContext context)
    {
        IHeaderDictionary headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ContentSecurityPolicy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        if (headers.CacheControl.Count == 0)
        {
            // Static files are checked by ETag each time; the API is not kept at all.
            headers.CacheControl = context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)
                ? "no-store"
                : "no-cache";
        }

        return Task.CompletedTask;
    }
}

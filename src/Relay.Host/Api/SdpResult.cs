using System.Globalization;
using System.Text;

namespace Relay.Host.Api;

/// <summary>An SDP answer or fragment with the ICE generation as its ETag (RFC 9725 section 4.3).</summary>
internal sealed class SdpResult(
    int status, string contentType, string body, long iceGeneration, string? location) : IResult, IStatusCodeHttpResult
{
    public const string Sdp = "application/sdp";
    public const string Fragment = "application/trickle-ice-sdpfrag";

    private readonly string _contentType = contentType;
    private readonly string _body = body;
    private readonly long _iceGeneration = iceGeneration;
    private readonly string? _location = location;

    public int? StatusCode { get; } = status;

    public static string ETag(long iceGeneration) => "\"" + iceGeneration.ToString(CultureInfo.InvariantCulture) + "\"";

    /// <summary>Whether an If-Match header (or none) allows that generation.</summary>
    public static bool Matches(string? ifMatch, long iceGeneration) =>
        string.IsNullOrEmpty(ifMatch)
        || ifMatch is "*"
        || ifMatch.Split(',', StringSplitOptions.TrimEntries).Contains(ETag(iceGeneration), StringComparer.Ordinal);

    public Task ExecuteAsync(HttpContext httpContext)
    {
        HttpResponse response = httpContext.Response;
        byte[] bytes = Encoding.UTF8.GetBytes(_body);
        response.StatusCode = StatusCode ?? StatusCodes.Status200OK;
        response.ContentType = _contentType;
        response.ContentLength = bytes.Length;
        response.Headers.ETag = ETag(_iceGeneration);
        if (_location is not null)
        {
            response.Headers.Location = _location;
        }

        return response.Body.WriteAsync(bytes, httpContext.RequestAborted).AsTask();
    }
}

using System.Net;
using System.Text;
using System.Text.Json;

namespace Relay.Testing.Api;

/// <summary>An HTTP answer of the relay, read to its end.</summary>
/// <param name="Headers">As text, one "Name: value" a line.</param>
public sealed record ApiResponse(HttpStatusCode Status, string? ContentType, string? Location, string? ETag, string Headers, byte[] Body)
{
    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The body as text.</summary>
    public string Text => Encoding.UTF8.GetString(Body);

    /// <summary>The member "code" of a problem; null if this is none.</summary>
    public string? ProblemCode
    {
        get
        {
            if (ContentType?.Equals("application/problem+json", StringComparison.Ordinal) != true)
            {
                return null;
            }

            return Json().TryGetProperty("code", out JsonElement code) ? code.GetString() : null;
        }
    }

    /// <summary>The body as JSON.</summary>
    public JsonElement Json()
    {
        using JsonDocument document = JsonDocument.Parse(Body);
        return document.RootElement.Clone();
    }

    /// <summary>This answer, which must be a success.</summary>
    /// <exception cref="HttpRequestException">It is not; the message has status and body.</exception>
    public ApiResponse EnsureSuccess() => IsSuccess
        ? this
        : throw new HttpRequestException($"{(int)Status} {Text}", inner: null, Status);

    internal static async Task<ApiResponse> ReadAsync(HttpResponseMessage response) => new(
        response.StatusCode,
        response.Content.Headers.ContentType?.MediaType,
        response.Headers.Location?.ToString(),
        response.Headers.ETag?.Tag,
        response.Headers.ToString() + response.Content.Headers,
        await response.Content.ReadAsByteArrayAsync());
}

using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Relay.Host.Api;

namespace Relay.Host.Admin;

/// <summary>Reads the body of an admin request: one object, or an array of them.</summary>
internal static class AdminBody
{
    /// <summary>The largest body: a thousand transports.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Items of an array.</summary>
    public const int ItemsMax = 1000;

    /// <summary>The items, and whether they came as an array; else the problem.</summary>
    public static async Task<(T[] Items, bool IsArray, Problem? Problem)> ReadAsync<T>(
        HttpRequest request, JsonTypeInfo<T> one, JsonTypeInfo<T[]> many)
        where T : class
    {
        if (!request.HasJsonContentType())
        {
            return ([], false, Problem.UnsupportedMediaType());
        }

        if (await RequestBody.ReadAsync(request, MaxBytes) is not { } body)
        {
            return ([], false, Problem.TooLarge(MaxBytes));
        }

        bool isArray = body.AsSpan().TrimStart(" \t\r\n"u8) is [(byte)'[', ..];
        try
        {
            T[]? items = isArray ? JsonSerializer.Deserialize(body, many) : JsonSerializer.Deserialize(body, one) is { } item ? [item] : [];
            return items is { Length: > 0 and <= ItemsMax } && Array.TrueForAll(items, item => (object?)item is not null)
                ? (items, isArray, null)
                : ([], isArray, Problem.BadRequest("The body must be one object, or an array of 1 to 1000."));
        }
        catch (JsonException e)
        {
            string where = e.Path is { Length: > 1 } path ? path.TrimStart('$', '.') : "The body";
            return ([], isArray, Problem.BadRequest(where + ": is unknown, missing or not of the right type; see /openapi/v1.json"));
        }
        finally
        {
            // It may have held keys.
            CryptographicOperations.ZeroMemory(body);
        }
    }
}

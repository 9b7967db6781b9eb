using System.Text.Json;

namespace Relay.Testing.Api;

/// <summary>One WebSocket text frame of the relay, parsed and as it came.</summary>
/// <param name="Type">The member t.</param>
/// <param name="Data">The member d; undefined if there is none.</param>
/// <param name="Raw">Every byte of the frame.</param>
public sealed record SocketMessage(string Type, JsonElement Data, byte[] Raw)
{
    /// <summary>A string member of d; fails if it is not there.</summary>
    public string Text(string member) => Data.GetProperty(member).GetString()!;

    /// <summary>A numeric member of d; fails if it is not there.</summary>
    public int Number(string member) => Data.GetProperty(member).GetInt32();

    /// <summary>True if d has such a member.</summary>
    public bool Has(string member) => Data.ValueKind == JsonValueKind.Object && Data.TryGetProperty(member, out _);

    public override string ToString() => System.Text.Encoding.UTF8.GetString(Raw);

    internal static SocketMessage Parse(byte[] frame)
    {
        using JsonDocument document = JsonDocument.Parse(frame);
        JsonElement root = document.RootElement;
        return new SocketMessage(
            root.GetProperty("t").GetString()!,
            root.TryGetProperty("d", out JsonElement data) ? data.Clone() : default,
            frame);
    }
}

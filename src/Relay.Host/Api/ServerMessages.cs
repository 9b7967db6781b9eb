using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Relay.Core.Pairing;

namespace Relay.Host.Api;

/// <summary>
/// The messages of the relay as the bytes that go into WebSocket text frames: {"t":type,"d":{...}}. Those without data are
/// written once.
/// </summary>
internal static class ServerMessages
{
    /// <summary>The same bytes whatever the cause: how a partner left is nobody's business.</summary>
    public static readonly byte[] PartnerGone = """{"t":"partner.gone"}"""u8.ToArray();

    public static readonly byte[] Ping = """{"t":"ping"}"""u8.ToArray();

    public static readonly byte[] Idle = """{"t":"idle"}"""u8.ToArray();

    public static readonly byte[] MediaConnected = """{"t":"media","d":{"state":"connected"}}"""u8.ToArray();

    private static readonly byte[] TypingOn = """{"t":"typing","d":{"on":true}}"""u8.ToArray();

    private static readonly byte[] TypingOff = """{"t":"typing","d":{"on":false}}"""u8.ToArray();

    private static readonly byte[] RateLimitedBytes = Build(
        "error", d => WriteError(d, SocketErrors.RateLimited, "Slow down; the message was dropped.", null));

    /// <summary>The answer to a message that was dropped unread.</summary>
    public static byte[] RateLimited => RateLimitedBytes;

    public static byte[] Typing(bool on) => on ? TypingOn : TypingOff;

    public static byte[] Welcome(
        string sessionId, ModeSet modes, SessionState state, bool resumed, PairingMode mode, string? pairRef) =>
        Build("welcome", d =>
    {
        d.WriteString("sessionId", sessionId);
        d.WriteString("state", ModeNames.Of(state));
        d.WriteBoolean("resumed", resumed);
        d.WriteStartArray("modes");
        foreach (string name in ModeNames.Of(modes))
        {
            d.WriteStringValue(name);
        }

        d.WriteEndArray();
        if (state is SessionState.Preflight or SessionState.Queued or SessionState.Paired)
        {
            d.WriteString("mode", ModeNames.Of(mode));
        }

        if (pairRef is not null)
        {
            d.WriteString("pairRef", pairRef);
        }
    });

    /// <summary>The leg is to be opened anew, on a worker that other TURN servers lead to.</summary>
    /// <param name="iceServers">In place of those that the session was opened with; empty: none, as before.</param>
    public static byte[] MediaRenew(IReadOnlyList<IceServer> iceServers) => Build("media", d =>
    {
        d.WriteString("state", "renew");
        if (iceServers.Count > 0)
        {
            d.WritePropertyName("iceServers");
            JsonSerializer.Serialize(d, iceServers, ApiJson.Default.IReadOnlyListIceServer);
        }
    });

    public static byte[] MediaClosed(string reason) => Build("media", d =>
    {
        d.WriteString("state", "closed");
        d.WriteString("reason", reason);
    });

    public static byte[] Queued(PairingMode mode) => Build("queued", d =>
    {
        d.WriteString("mode", ModeNames.Of(mode));
        d.WriteNumber("tier", 0);
    });

    public static byte[] Paired(string pairRef, PairingMode mode) => Build("paired", d =>
    {
        d.WriteString("pairRef", pairRef);
        d.WriteString("mode", ModeNames.Of(mode));
    });

    public static byte[] Chat(string text) => Build("chat", d => d.WriteString("text", text));

    public static byte[] DrainingNotice(int seconds) => Build("notice", d =>
    {
        d.WriteString("code", "draining");
        d.WriteNumber("seconds", seconds);
    });

    public static byte[] Error(string code, string detail, long? re) => Build("error", d => WriteError(d, code, detail, re));

    private static void WriteError(Utf8JsonWriter d, string code, string detail, long? re)
    {
        d.WriteString("code", code);
        d.WriteString("detail", detail);
        if (re is { } id)
        {
            d.WriteNumber("re", id);
        }
    }

    private static byte[] Build(string type, Action<Utf8JsonWriter> writeData)
    {
        var bytes = new ArrayBufferWriter<byte>();

        // Never put into HTML as it is, so only what JSON itself needs is escaped.
        var options = new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
        using (var writer = new Utf8JsonWriter(bytes, options))
        {
            writer.WriteStartObject();
            writer.WriteString("t", type);
            writer.WriteStartObject("d");
            writeData(writer);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return bytes.WrittenSpan.ToArray();
    }
}

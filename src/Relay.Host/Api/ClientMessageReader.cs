using System.Text.Json;
using System.Text.Json.Serialization;
using Relay.Core.Pairing;

namespace Relay.Host.Api;

/// <summary>A client's message, or the error to answer with.</summary>
/// <param name="Message">Only meaningful without an error.</param>
/// <param name="Id">The client's number for the message, if it gave one that could be read.</param>
/// <param name="ErrorCode">Null if the message is good.</param>
/// <param name="ErrorDetail">What is wrong; never echoes what was sent.</param>
internal readonly record struct ClientMessage(
    SessionMessage Message, long? Id, string? ErrorCode = null, string? ErrorDetail = null);

/// <summary>
/// Reads {"t":type,"id":n?,"d":{...}?} strictly: unknown members, members given twice, wrong types and comments are errors.
/// </summary>
internal sealed class ClientMessageReader(int chatMaxChars)
{
    private readonly int _chatMaxChars = chatMaxChars;

    public ClientMessage Read(ReadOnlySpan<byte> utf8)
    {
        ClientEnvelope? envelope = null;
        try
        {
            envelope = JsonSerializer.Deserialize(utf8, SocketJson.Default.ClientEnvelope);
            return envelope is null ? Bad(null, "The message must be a JSON object.") : Read(envelope);
        }
        catch (JsonException)
        {
            return Bad(
                envelope?.Id,
                envelope is null
                    ? "The message is not {\"t\":type,\"id\":number,\"d\":{...}}."
                    : "The data (d) does not fit the type.");
        }
    }

    private ClientMessage Read(ClientEnvelope envelope)
    {
        switch (envelope.T)
        {
            case "enqueue":
                return ReadEnqueue(envelope);
            case "chat":
                return ReadChat(envelope);
            case "typing":
                TypingData? typing = Data(envelope)?.Deserialize(SocketJson.Default.TypingData);
                return typing is null
                    ? Bad(envelope.Id, "typing needs d.on.")
                    : new ClientMessage(new SessionMessage(SessionMessageKind.Typing, On: typing.On), envelope.Id);
            case "cancel":
                return WithoutData(envelope, SessionMessageKind.Cancel);
            case "next":
                return WithoutData(envelope, SessionMessageKind.Next);
            case "end":
                return WithoutData(envelope, SessionMessageKind.End);
            case "pong":
                return WithoutData(envelope, SessionMessageKind.Pong);
            default:
                return new ClientMessage(default, envelope.Id, SocketErrors.UnknownType, "There is no such message type.");
        }
    }

    private static ClientMessage ReadEnqueue(ClientEnvelope envelope)
    {
        EnqueueData? data = Data(envelope)?.Deserialize(SocketJson.Default.EnqueueData);
        return data is not null && ModeNames.TryParse(data.Mode, out PairingMode mode)
            ? new ClientMessage(new SessionMessage(SessionMessageKind.Enqueue, mode), envelope.Id)
            : Bad(envelope.Id, "enqueue needs d.mode: text, voice or video.");
    }

    private ClientMessage ReadChat(ClientEnvelope envelope)
    {
        ChatData? data = Data(envelope)?.Deserialize(SocketJson.Default.ChatData);
        if (data?.Text is null)
        {
            return Bad(envelope.Id, "chat needs d.text.");
        }

        if (data.Text.Length > _chatMaxChars)
        {
            return new ClientMessage(
                default, envelope.Id, SocketErrors.TextTooLong, "The text is longer than limits.chatMaxChars.");
        }

        string text = ChatText.Clean(data.Text);
        return text.Length == 0
            ? Bad(envelope.Id, "The text is empty.")
            : new ClientMessage(new SessionMessage(SessionMessageKind.Chat, Text: text), envelope.Id);
    }

    private static ClientMessage WithoutData(ClientEnvelope envelope, SessionMessageKind kind)
    {
        // An empty object is as good as none; anything in it is a mistake.
        _ = Data(envelope)?.Deserialize(SocketJson.Default.NoData);
        return new ClientMessage(new SessionMessage(kind), envelope.Id);
    }

    private static JsonElement? Data(ClientEnvelope envelope) =>
        envelope.D is { ValueKind: not JsonValueKind.Null } data ? data : null;

    private static ClientMessage Bad(long? id, string detail) => new(default, id, SocketErrors.BadMessage, detail);
}

internal sealed record ClientEnvelope(string T, long? Id = null, JsonElement? D = null);

internal sealed record EnqueueData(string Mode);

internal sealed record ChatData(string Text);

internal sealed record TypingData(bool On);

internal sealed record NoData;

/// <summary>How messages from sockets are read.</summary>
[JsonSourceGenerationOptions(
    AllowDuplicateProperties = false,
    MaxDepth = 4,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ClientEnvelope))]
[JsonSerializable(typeof(EnqueueData))]
[JsonSerializable(typeof(ChatData))]
[JsonSerializable(typeof(TypingData))]
[JsonSerializable(typeof(NoData))]
internal sealed partial class SocketJson : JsonSerializerContext;

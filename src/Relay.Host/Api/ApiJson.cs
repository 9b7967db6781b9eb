using System.Text.Json;
using System.Text.Json.Serialization;

namespace Relay.Host.Api;

/// <summary>The bodies of the HTTP API as JSON: camel case, nulls left out, strict when read.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 8,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(CreateSessionRequest))]
[JsonSerializable(typeof(CreateSessionResponse))]
[JsonSerializable(typeof(IReadOnlyList<IceServer>))]
[JsonSerializable(typeof(StatusResponse))]
[JsonSerializable(typeof(string))]
internal sealed partial class ApiJson : JsonSerializerContext;

/// <summary>What a client says about itself.</summary>
/// <param name="Modes">The ways of talking that it can do: "text", "voice", "video". All three if left out.</param>
/// <param name="Locale">A BCP 47 language tag, at most 35 characters.</param>
internal sealed record CreateSessionRequest(IReadOnlyList<string>? Modes = null, string? Locale = null);

/// <summary>A new session.</summary>
/// <param name="SessionId">Names the session in addresses; no secret.</param>
/// <param name="Token">The secret that proves the session; shown only here.</param>
/// <param name="Ws">Path of the WebSocket; add ?token=.</param>
/// <param name="IceServers">For RTCPeerConnection; may be empty.</param>
/// <param name="Modes">The modes that the session may ask for.</param>
/// <param name="Limits">What the relay holds the session to.</param>
internal sealed record CreateSessionResponse(
    string SessionId,
    string Token,
    string Ws,
    IReadOnlyList<IceServer> IceServers,
    IReadOnlyList<string> Modes,
    SessionLimits Limits);

/// <summary>An entry of RTCConfiguration.iceServers.</summary>
internal sealed record IceServer(IReadOnlyList<string> Urls, string? Username, string? Credential);

/// <summary>What the relay holds a session to.</summary>
/// <param name="ChatMaxChars">Longest chat text, UTF-16 code units.</param>
/// <param name="ResumeSeconds">How long a lost socket may stay away.</param>
internal sealed record SessionLimits(int ChatMaxChars, int ResumeSeconds);

/// <summary>Counts only: nothing about anybody.</summary>
/// <param name="Status">"ok" or "draining".</param>
/// <param name="Version">The relay's version.</param>
/// <param name="Sessions">Sessions alive.</param>
/// <param name="Sockets">WebSockets open.</param>
/// <param name="Waiting">Sessions in the queue, by mode.</param>
/// <param name="Pairs">Pairs talking, by mode.</param>
internal sealed record StatusResponse(
    string Status, string Version, int Sessions, int Sockets, ModeCounts Waiting, ModeCounts Pairs);

/// <summary>A number for each mode.</summary>
internal sealed record ModeCounts(int Text, int Voice, int Video);

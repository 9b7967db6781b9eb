using System.Text.Json;
using System.Text.Json.Serialization;
using Relay.Host.Api;

namespace Relay.Host.Admin;

/// <summary>The bodies of the admin API as JSON: camel case, strict when read.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 8,
    NumberHandling = JsonNumberHandling.Strict,
    PropertyNameCaseInsensitive = false,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(ProblemBody))]
[JsonSerializable(typeof(PlainTransportRequest))]
[JsonSerializable(typeof(PlainTransportRequest[]))]
[JsonSerializable(typeof(PlainTransportCreated))]
[JsonSerializable(typeof(PlainTransportCreated[]))]
[JsonSerializable(typeof(PlainTransportState))]
[JsonSerializable(typeof(PlainTransportList))]
[JsonSerializable(typeof(RoomCreated))]
[JsonSerializable(typeof(RoomState))]
[JsonSerializable(typeof(RoomList))]
[JsonSerializable(typeof(Edge))]
[JsonSerializable(typeof(Edge[]))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>A leg without ICE and DTLS.</summary>
/// <param name="Worker">The worker that it lives on; left out: the relay chooses, one worker for all of a request.</param>
/// <param name="Audio">Its audio section; a leg has at least one section.</param>
/// <param name="Video">Its video section.</param>
/// <param name="Srtp">Its keys; left out: packets are not protected, and remote is needed.</param>
/// <param name="Remote">The peer's "ip:port"; left out: learned from packets that authenticate.</param>
/// <param name="HeaderExtensions">Ids of RTP header extensions.</param>
/// <param name="TimeoutSeconds">The leg ends after this long without a packet of its peer: 0 (never) to 86400.</param>
internal sealed record PlainTransportRequest(
    int? Worker = null,
    PlainSection? Audio = null,
    PlainSection? Video = null,
    PlainSrtp? Srtp = null,
    string? Remote = null,
    PlainHeaderExtensions? HeaderExtensions = null,
    int TimeoutSeconds = 0);

/// <summary>One kind of media of a plain leg.</summary>
/// <param name="Codec">"opus" for audio, "VP8" or "H264" for video.</param>
/// <param name="PayloadType">0 to 127, not 64 to 95, which RTCP looks like.</param>
/// <param name="Ssrc">The peer's SSRC, not 0; also that of its RTCP.</param>
/// <param name="RtxPayloadType">The payload type of retransmissions (RFC 4588); with rtxSsrc, for video only.</param>
/// <param name="RtxSsrc">The peer's SSRC for retransmissions.</param>
/// <param name="Nack">The peer answers generic NACKs.</param>
/// <param name="Pli">The peer answers picture loss indications.</param>
/// <param name="Produces">The peer sends this kind.</param>
/// <param name="Consumes">The peer receives this kind.</param>
internal sealed record PlainSection(
    string? Codec = null,
    int? PayloadType = null,
    uint Ssrc = 0,
    int? RtxPayloadType = null,
    uint RtxSsrc = 0,
    bool Nack = true,
    bool Pli = true,
    bool Produces = true,
    bool Consumes = true);

/// <summary>The keys of a plain leg, one for each direction (as in RFC 4568).</summary>
/// <param name="Profile">AEAD_AES_128_GCM, AEAD_AES_256_GCM or AES128_CM_SHA1_80.</param>
/// <param name="LocalKey">Master key and salt of what the relay sends, base64.</param>
/// <param name="RemoteKey">Master key and salt of what the peer sends, base64.</param>
internal sealed record PlainSrtp(string? Profile = null, byte[]? LocalKey = null, byte[]? RemoteKey = null);

/// <summary>Ids of RTP header extensions (RFC 8285), 1 to 14 each.</summary>
/// <param name="AbsSendTime">http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time</param>
/// <param name="VideoOrientation">urn:3gpp:video-orientation</param>
/// <param name="TransportCc">http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01</param>
internal sealed record PlainHeaderExtensions(int? AbsSendTime = null, int? VideoOrientation = null, int? TransportCc = null);

/// <summary>A new plain leg.</summary>
/// <param name="Id">Names it in addresses and edges.</param>
/// <param name="Worker">The worker that it lives on.</param>
/// <param name="Ip">Where its peer sends to.</param>
/// <param name="Port">Where its peer sends to.</param>
/// <param name="AudioSsrc">The SSRC of the audio that the relay sends.</param>
/// <param name="VideoSsrc">The SSRC of the video that the relay sends.</param>
/// <param name="VideoRtxSsrc">The SSRC of the video's retransmissions.</param>
internal sealed record PlainTransportCreated(
    string Id, int Worker, string Ip, int Port, uint? AudioSsrc, uint? VideoSsrc, uint? VideoRtxSsrc);

/// <summary>A plain leg. Nothing tells where its peer is.</summary>
internal sealed record PlainTransportState(string Id, int Worker, bool Connected, bool Audio, bool Video);

/// <summary>All plain legs.</summary>
internal sealed record PlainTransportList(int Count, IReadOnlyList<PlainTransportState> Transports);

/// <summary>A new room.</summary>
internal sealed record RoomCreated(string Id);

/// <summary>A room and who hears whom in it.</summary>
/// <param name="Id">Names it in addresses.</param>
/// <param name="EdgeCount">How many edges it has.</param>
/// <param name="Edges">They themselves; left out in lists.</param>
internal sealed record RoomState(string Id, int EdgeCount, IReadOnlyList<Edge>? Edges);

/// <summary>All rooms.</summary>
internal sealed record RoomList(int Count, IReadOnlyList<RoomState> Rooms);

/// <summary>One leg hears another.</summary>
/// <param name="Consumer">The id of the plain leg that hears.</param>
/// <param name="Producer">The id of the plain leg that is heard; may be the same.</param>
/// <param name="Audio">Its audio; left out: if both sides have it.</param>
/// <param name="Video">Its video; left out: if both sides have it.</param>
internal sealed record Edge(string? Consumer, string? Producer, bool? Audio = null, bool? Video = null);

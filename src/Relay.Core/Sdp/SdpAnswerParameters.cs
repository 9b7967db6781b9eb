using Relay.Core.Primitives;

namespace Relay.Core.Sdp;

/// <summary>
/// The relay's side of an answer. Everything is the relay's own: names and SSRCs are made for the leg, stay for its whole
/// life and derive from nothing of any client.
/// </summary>
public sealed record SdpAnswerParameters
{
    /// <summary>ice-chars, 4 to 256.</summary>
    public required string UsernameFragment { get; init; }

    /// <summary>ice-chars, 22 to 256.</summary>
    public required string Password { get; init; }

    /// <summary>The worker's announced UDP host candidates, best first; at least one.</summary>
    public required IReadOnlyList<TransportAddress> Candidates { get; init; }

    /// <summary>Passive ICE-TCP candidates (RFC 6544), best first; none by default.</summary>
    public IReadOnlyList<TransportAddress> TcpCandidates { get; init; } = [];

    /// <summary>SHA-256 of the relay's DTLS certificate, 32 bytes.</summary>
    public required ReadOnlyMemory<byte> Fingerprint { get; init; }

    /// <summary>The stream that the relay sends; not 0.</summary>
    public required uint AudioSsrc { get; init; }

    /// <summary>The stream that the relay sends; not 0.</summary>
    public required uint VideoSsrc { get; init; }

    /// <summary>Retransmissions of <see cref="VideoSsrc"/>; not 0.</summary>
    public required uint VideoRtxSsrc { get; init; }

    /// <summary>RFC 7022, made by the relay: one token.</summary>
    public required string Cname { get; init; }

    /// <summary>RFC 8830, the MediaStream of both tracks: one token.</summary>
    public required string StreamId { get; init; }

    /// <summary>RFC 8830: one token.</summary>
    public required string AudioTrackId { get; init; }

    /// <summary>RFC 8830: one token.</summary>
    public required string VideoTrackId { get; init; }

    /// <summary>sess-id of the o= line; the top bit is dropped (RFC 8829 section 5.2.1).</summary>
    public required ulong SessionId { get; init; }

    /// <summary>What may be accepted, best first. Leave H264 out to refuse it.</summary>
    public IReadOnlyList<SdpCodecKind> Codecs { get; init; } =
        [SdpCodecKind.Opus, SdpCodecKind.Red, SdpCodecKind.Vp8, SdpCodecKind.H264];

    /// <summary>What is accepted of an audio offer's feedback.</summary>
    public SdpFeedback AudioFeedback { get; init; } = SdpFeedback.TransportCc;

    /// <summary>What is accepted of a video offer's feedback.</summary>
    public SdpFeedback VideoFeedback { get; init; } =
        SdpFeedback.Nack | SdpFeedback.NackPli | SdpFeedback.CcmFir | SdpFeedback.GoogRemb | SdpFeedback.TransportCc;

    /// <summary>The header extensions that are accepted. Where an offer gives one id to two of them, the first is.</summary>
    public IReadOnlyList<SdpExtension> Extensions { get; init; } =
    [
        SdpExtension.Mid,
        SdpExtension.TransportCc,
        SdpExtension.AbsSendTime,
        SdpExtension.VideoOrientation,
        SdpExtension.AudioLevel,
        SdpExtension.VideoContentType,
    ];
}

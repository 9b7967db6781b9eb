namespace Relay.Core.Sdp;

/// <summary>A codec that both sides of a leg may send.</summary>
public sealed record NegotiatedCodec
{
    public required SdpCodecKind Kind { get; init; }

    /// <summary>The offer's number, used in both directions: 0 to 63 or 96 to 127 (RFC 5761 section 4).</summary>
    public required byte PayloadType { get; init; }

    /// <summary>RFC 4588; null if retransmissions were not agreed.</summary>
    public byte? RtxPayloadType { get; init; }

    /// <summary>Hz.</summary>
    public required uint ClockRate { get; init; }

    /// <summary>2 for Opus, 1 for video.</summary>
    public required byte Channels { get; init; }

    /// <summary>What both sides may send about this payload type.</summary>
    public SdpFeedback Feedback { get; init; }

    /// <summary>Of an H.264 codec, else None.</summary>
    public SdpH264Profile H264Profile { get; init; }

    /// <summary>The six lower-case hex digits of the answer; empty unless H.264.</summary>
    internal string ProfileLevelId { get; init; } = string.Empty;

    /// <summary>Of RED: the payload type of Opus, which all its blocks are.</summary>
    internal byte RedundantPayloadType { get; init; }

    /// <summary>Whether the Opus offer asked for discontinuous transmission.</summary>
    internal bool UseDtx { get; init; }
}

/// <summary>An accepted m-line.</summary>
public sealed record NegotiatedMedia
{
    public required SdpMediaKind Kind { get; init; }

    /// <summary>The offer's mid; empty if it had none (then the m-line is alone and nothing is demultiplexed by MID).</summary>
    public required string Mid { get; init; }

    /// <summary>The relay's view, as in the answer: RecvOnly means that only the client sends.</summary>
    public required SdpDirection Direction { get; init; }

    /// <summary>In the answer's order, at least one; the client sends the first that it can.</summary>
    public required IReadOnlyList<NegotiatedCodec> Codecs { get; init; }

    /// <summary>
    /// Header extension id on this leg, 1 to 14 (16 to 255 only if <see cref="NegotiatedSession.ExtmapAllowMixed"/>); 0
    /// if none.
    /// </summary>
    public byte MidExtensionId { get; init; }

    /// <summary>As <see cref="MidExtensionId"/>.</summary>
    public byte AbsSendTimeExtensionId { get; init; }

    /// <summary>As <see cref="MidExtensionId"/>; agreed only together with transport-cc feedback.</summary>
    public byte TransportCcExtensionId { get; init; }

    /// <summary>As <see cref="MidExtensionId"/>.</summary>
    public byte VideoOrientationExtensionId { get; init; }

    /// <summary>As <see cref="MidExtensionId"/>.</summary>
    public byte AudioLevelExtensionId { get; init; }

    /// <summary>As <see cref="MidExtensionId"/>.</summary>
    public byte VideoContentTypeExtensionId { get; init; }

    /// <summary>The streams that the client announced, for demultiplexing before the first MID; often empty.</summary>
    public required IReadOnlyList<SdpSource> RemoteSources { get; init; }

    /// <summary>RFC 5506: RTCP packets need not be compound.</summary>
    public bool RtcpReducedSize { get; init; }
}

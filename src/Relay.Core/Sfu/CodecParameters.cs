using Relay.Core.Codecs;

namespace Relay.Core.Sfu;

/// <summary>One negotiated codec of a media section.</summary>
public readonly record struct CodecParameters
{
    public CodecKind Codec { get; init; }

    /// <summary>0 to 127.</summary>
    public byte PayloadType { get; init; }

    /// <summary>The payload type of its retransmissions (RFC 4588); meaningful if <see cref="HasRtx"/>.</summary>
    public byte RtxPayloadType { get; init; }

    public bool HasRtx { get; init; }

    /// <summary>The peer answers generic NACK (RFC 4585 section 6.2.1).</summary>
    public bool HasNack { get; init; }

    /// <summary>The peer answers PLI (RFC 4585 section 6.3.1).</summary>
    public bool HasPli { get; init; }

    /// <summary>The peer answers FIR (RFC 5104 section 4.3.1).</summary>
    public bool HasFir { get; init; }

    /// <summary>The peer understands REMB (draft-alvestrand-rmcat-remb).</summary>
    public bool HasRemb { get; init; }
}

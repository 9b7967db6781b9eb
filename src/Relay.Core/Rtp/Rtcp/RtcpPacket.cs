namespace Relay.Core.Rtp.Rtcp;

/// <summary>One packet of a compound whose bounds were checked by <see cref="RtcpCompoundReader"/>.</summary>
public readonly ref struct RtcpPacket
{
    internal RtcpPacket(RtcpHeader header, ReadOnlySpan<byte> body)
    {
        Type = header.Type;
        Count = header.Count;
        Body = body;
    }

    /// <summary>May be a value that the enum does not name: skip those.</summary>
    public RtcpPacketType Type { get; }

    /// <summary>Report, source or chunk count: 0 to 31.</summary>
    public byte Count { get; }

    /// <summary>The count field of a feedback packet: a <see cref="FeedbackFormat"/>.</summary>
    public byte Format => Count;

    /// <summary>
    /// What follows the 4-byte common header, without padding: whole 32-bit words, but of transport-wide feedback.
    /// </summary>
    public ReadOnlySpan<byte> Body { get; }
}

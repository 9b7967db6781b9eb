using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

/// <summary>
/// Enumerates the packets of an RTCP compound (RFC 3550 section 6.1; checks of appendix A.2). Reduced-size compounds are
/// allowed (RFC 5506), so the first packet may be of any type. The whole compound is checked first: one bad packet makes the
/// compound bad, and enumerating never fails.
/// </summary>
/// <remarks><c>foreach (RtcpPacket packet in reader)</c> works and does not allocate.</remarks>
public ref struct RtcpCompoundReader
{
    /// <summary>More packets than this in one compound is an attack, not a report.</summary>
    public const int PacketsMax = 32;

    private ReadOnlySpan<byte> _rest;
    private RtcpPacket _current;

    private RtcpCompoundReader(ReadOnlySpan<byte> compound)
    {
        _rest = compound;
        _current = default;
    }

    /// <summary>The packet that the last <see cref="MoveNext"/> reached.</summary>
    public readonly RtcpPacket Current => _current;

    public readonly RtcpPacketType Type => _current.Type;

    /// <summary>Count, or FMT of a feedback packet.</summary>
    public readonly byte Count => _current.Count;

    public readonly ReadOnlySpan<byte> Body => _current.Body;

    /// <summary>Checks a plain compound: every header, length and padding, and that the packets fill it exactly.</summary>
    /// <returns>
    /// <see cref="DropReason.RtcpTruncated"/>, <see cref="DropReason.RtcpBadVersion"/> or <see cref="DropReason.RtcpMalformed"/>
    /// (bad padding, padding before the last packet unless it is transport-wide feedback, more than <see cref="PacketsMax"/>
    /// packets).
    /// </returns>
    public static DropReason TryParse(ReadOnlySpan<byte> compound, out RtcpCompoundReader reader)
    {
        reader = default;
        ReadOnlySpan<byte> rest = compound;
        int packets = 0;
        do
        {
            DropReason reason = TryReadPacket(rest, out _, out int length);
            if (reason != DropReason.None)
            {
                return reason;
            }

            if (++packets > PacketsMax)
            {
                return DropReason.RtcpMalformed;
            }

            rest = rest[length..];
        }
        while (!rest.IsEmpty);

        reader = new RtcpCompoundReader(compound);
        return DropReason.None;
    }

    public readonly RtcpCompoundReader GetEnumerator() => this;

    /// <summary>Goes to the next packet.</summary>
    /// <returns>False at the end.</returns>
    public bool MoveNext()
    {
        if (_rest.IsEmpty || TryReadPacket(_rest, out _current, out int length) != DropReason.None)
        {
            _rest = default;
            _current = default;
            return false;
        }

        _rest = _rest[length..];
        return true;
    }

    private static DropReason TryReadPacket(ReadOnlySpan<byte> bytes, out RtcpPacket packet, out int length)
    {
        packet = default;
        length = 0;
        DropReason reason = RtcpHeader.TryParse(bytes, out RtcpHeader header);
        if (reason != DropReason.None)
        {
            return reason;
        }

        length = header.PacketLength;
        ReadOnlySpan<byte> body = bytes[RtcpHeader.Length..length];
        if (header.HasPadding)
        {
            // Only the last packet of a compound may be padded, by whole words (RFC 3550 section 6.4.1). Browsers fill up
            // transport-wide feedback by its bytes, wherever it stands.
            bool isFeedback = header is { Type: RtcpPacketType.TransportFeedback, Count: FeedbackFormat.TransportCc };
            bool isLast = length == bytes.Length;
            int padding = body.IsEmpty ? 0 : body[^1];
            if (padding == 0
                || padding > body.Length
                || (!isFeedback && (!isLast || padding % RtcpHeader.WordLength != 0)))
            {
                return DropReason.RtcpMalformed;
            }

            body = body[..^padding];
        }

        packet = new RtcpPacket(header, body);
        return DropReason.None;
    }
}

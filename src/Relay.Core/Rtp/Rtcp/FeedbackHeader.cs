using System.Buffers.Binary;

namespace Relay.Core.Rtp.Rtcp;

// RFC 4585 section 6.1: what RTPFB and PSFB packets have in common.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|   FMT   |       PT      |          length               |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                  SSRC of packet sender                        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                  SSRC of media source                         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// :            Feedback Control Information (FCI)                 :

/// <summary>The two SSRCs in front of every feedback message.</summary>
/// <param name="SenderSsrc">Who sends the feedback.</param>
/// <param name="MediaSsrc">The stream it is about; 0 where the FCI names it (FIR, REMB).</param>
public readonly record struct FeedbackHeader(uint SenderSsrc, uint MediaSsrc)
{
    /// <summary>Bytes of the two SSRCs: where the FCI starts in the body.</summary>
    public const int Length = 8;

    /// <summary>Bytes in front of the FCI in a whole packet.</summary>
    public const int FciOffset = RtcpHeader.Length + Length;

    private const int MediaSsrcOffset = 4;

    /// <summary>Reads the SSRCs of a feedback packet.</summary>
    /// <returns>False if it is another type or format, or too short.</returns>
    public static bool TryRead(RtcpPacket packet, RtcpPacketType type, byte format, out FeedbackHeader header)
    {
        if (packet.Type != type || packet.Format != format || packet.Body.Length < Length)
        {
            header = default;
            return false;
        }

        header = new FeedbackHeader(
            BinaryPrimitives.ReadUInt32BigEndian(packet.Body),
            BinaryPrimitives.ReadUInt32BigEndian(packet.Body[MediaSsrcOffset..]));
        return true;
    }

    /// <summary>Writes the common header and the SSRCs.</summary>
    /// <param name="destination">At least <see cref="FciOffset"/> bytes.</param>
    /// <param name="packetLength">Bytes of the whole packet.</param>
    public void Write(Span<byte> destination, RtcpPacketType type, byte format, int packetLength)
    {
        RtcpHeader.Write(destination, type, format, packetLength);
        BinaryPrimitives.WriteUInt32BigEndian(destination[RtcpHeader.Length..], SenderSsrc);
        BinaryPrimitives.WriteUInt32BigEndian(destination[(RtcpHeader.Length + MediaSsrcOffset)..], MediaSsrc);
    }
}

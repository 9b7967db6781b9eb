using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Srtp;

/// <summary>
/// The fields that SRTP and SRTCP need of a packet, and no more; the protected packets look like this (RFC 3711 sections
/// 3.1 and 3.4, RFC 7714 sections 8 and 9), no MKI:
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
/// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
/// |                           timestamp                           |
/// |                             SSRC                              |
/// |            CSRCs (CC words), header extension (X)             |
/// |     payload and padding (encrypted)  ...   |  tag (10 or 16)  |
///
/// |V=2|P|   RC    |      PT       |            length             |
/// |                        SSRC of sender                         |
/// |     rest of the compound packet (encrypted)  ...              |
/// AES-CM:  |E|      SRTCP index (31 bits)      |  tag (10)        |
/// GCM:     |  tag (16)  |E|      SRTCP index (31 bits)            |
/// </code>
/// </summary>
internal static class SrtpPacketLayout
{
    public const int RtpFixedHeaderBytes = 12;
    public const int RtcpHeaderBytes = 8;

    /// <summary>The E bit: the packet is encrypted, not only authenticated (RFC 3711 section 3.4).</summary>
    public const uint RtcpEncryptedFlag = 0x8000_0000;

    private const int Version = 2;
    private const int SequenceOffset = 2;
    private const int RtpSsrcOffset = 8;
    private const int RtcpSsrcOffset = 4;
    private const int CsrcBytes = 4;
    private const int ExtensionHeaderBytes = 4;
    private const int ExtensionLengthOffset = 2;
    private const byte ExtensionFlag = 0x10;
    private const byte CsrcCountMask = 0x0F;

    /// <summary>Length of the RTP header with CSRCs and extension, which stays in the clear.</summary>
    /// <param name="packet">A whole packet.</param>
    /// <param name="tagLength">Bytes at the end that belong to no header.</param>
    /// <param name="headerLength">12 to packet.Length - tagLength.</param>
    public static DropReason ReadRtpHeaderLength(ReadOnlySpan<byte> packet, int tagLength, out int headerLength)
    {
        headerLength = 0;
        int available = packet.Length - tagLength;
        if (available < RtpFixedHeaderBytes)
        {
            return DropReason.SrtpTruncated;
        }

        if (packet[0] >> 6 != Version)
        {
            return DropReason.RtpBadVersion;
        }

        int length = RtpFixedHeaderBytes + (CsrcBytes * (packet[0] & CsrcCountMask));
        if ((packet[0] & ExtensionFlag) != 0)
        {
            if (available < length + ExtensionHeaderBytes)
            {
                return DropReason.SrtpTruncated;
            }

            length += ExtensionHeaderBytes
                + (4 * BinaryPrimitives.ReadUInt16BigEndian(packet[(length + ExtensionLengthOffset)..]));
        }

        if (available < length)
        {
            return DropReason.SrtpTruncated;
        }

        headerLength = length;
        return DropReason.None;
    }

    /// <summary>Whether an RTCP packet has its first header, its version and this much behind it.</summary>
    public static DropReason CheckRtcp(ReadOnlySpan<byte> packet, int overhead)
    {
        if (packet.Length < RtcpHeaderBytes + overhead)
        {
            return DropReason.SrtpTruncated;
        }

        return packet[0] >> 6 == Version ? DropReason.None : DropReason.RtcpBadVersion;
    }

    public static ushort Sequence(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt16BigEndian(rtp[SequenceOffset..]);

    public static uint RtpSsrc(ReadOnlySpan<byte> rtp) => BinaryPrimitives.ReadUInt32BigEndian(rtp[RtpSsrcOffset..]);

    public static uint RtcpSsrc(ReadOnlySpan<byte> rtcp) => BinaryPrimitives.ReadUInt32BigEndian(rtcp[RtcpSsrcOffset..]);
}

using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp.Rtcp;

// RFC 3550 section 6.4.1: the first word of every RTCP packet.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|count/FMT|      PT       | length in 32-bit words, less 1|
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>The common header of RTCP packets.</summary>
/// <param name="Type">PT; may be a value that the enum does not name.</param>
/// <param name="Count">Report, source or chunk count, or FMT of a feedback packet: 0 to 31.</param>
/// <param name="HasPadding">The P bit.</param>
/// <param name="PacketLength">Bytes of the packet, this header included: 4 to 262,144.</param>
public readonly record struct RtcpHeader(RtcpPacketType Type, byte Count, bool HasPadding, int PacketLength)
{
    /// <summary>Bytes of the header.</summary>
    public const int Length = 4;

    /// <summary>Largest value of the count field.</summary>
    public const int CountMax = 31;

    internal const int WordLength = 4;

    private const int TypeOffset = 1;
    private const int LengthOffset = 2;
    private const int Version = 2;
    private const int VersionShift = 6;
    private const byte PaddingBit = 0x20;
    private const byte CountMask = 0x1F;

    // RFC 5761 section 4: with rtcp-mux, these values of the second byte are RTCP.
    private const byte MuxTypeMin = 192;
    private const byte MuxTypeMax = 223;

    /// <summary>
    /// Tells RTCP from RTP on one port by the second byte (RFC 5761 section 4). Works on SRTCP too: the header is not encrypted.
    /// </summary>
    public static bool IsRtcp(ReadOnlySpan<byte> packet) =>
        packet.Length > TypeOffset && packet[TypeOffset] is >= MuxTypeMin and <= MuxTypeMax;

    /// <summary>Reads a header and checks that the packet it starts fits into the bytes.</summary>
    /// <returns><see cref="DropReason.RtcpTruncated"/> or <see cref="DropReason.RtcpBadVersion"/>.</returns>
    public static DropReason TryParse(ReadOnlySpan<byte> bytes, out RtcpHeader header)
    {
        header = default;
        if (bytes.Length < Length)
        {
            return DropReason.RtcpTruncated;
        }

        if (bytes[0] >> VersionShift != Version)
        {
            return DropReason.RtcpBadVersion;
        }

        int packetLength = (BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthOffset..]) + 1) * WordLength;
        if (packetLength > bytes.Length)
        {
            return DropReason.RtcpTruncated;
        }

        header = new RtcpHeader(
            (RtcpPacketType)bytes[TypeOffset],
            (byte)(bytes[0] & CountMask),
            (bytes[0] & PaddingBit) != 0,
            packetLength);
        return DropReason.None;
    }

    /// <summary>Writes a header without padding.</summary>
    /// <param name="destination">At least 4 bytes.</param>
    /// <param name="count">0 to 31.</param>
    /// <param name="packetLength">Bytes of the packet, this header included: a multiple of 4.</param>
    public static void Write(Span<byte> destination, RtcpPacketType type, int count, int packetLength)
    {
        Invariant.Holds(count is >= 0 and <= CountMax, "an RTCP count has five bits");
        Invariant.Holds(packetLength % WordLength == 0, "an RTCP packet is made of whole words");
        destination[0] = (byte)((Version << VersionShift) | count);
        destination[TypeOffset] = (byte)type;
        BinaryPrimitives.WriteUInt16BigEndian(destination[LengthOffset..], (ushort)(packetLength / WordLength - 1));
    }
}

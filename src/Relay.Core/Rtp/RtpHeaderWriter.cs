using System.Buffers.Binary;

namespace Relay.Core.Rtp;

/// <summary>
/// Writes the fixed RTP header (RFC 3550 section 5.1; layout in <see cref="RtpPacketReader"/>) and changes single fields of
/// one in place. The spans must hold at least <see cref="Length"/> bytes.
/// </summary>
public static class RtpHeaderWriter
{
    /// <summary>Bytes that <see cref="Write"/> writes.</summary>
    public const int Length = RtpPacketReader.FixedHeaderLength;

    /// <summary>Writes a fixed header without padding and without CSRCs.</summary>
    /// <param name="destination">At least 12 bytes.</param>
    /// <param name="payloadType">0 to 127.</param>
    /// <param name="hasExtension">The X bit; an extension must follow the header if it is true.</param>
    /// <returns>Always 12.</returns>
    public static int Write(
        Span<byte> destination,
        bool marker,
        byte payloadType,
        ushort sequenceNumber,
        uint timestamp,
        uint ssrc,
        bool hasExtension)
    {
        int flags = RtpPacketReader.Version << RtpPacketReader.VersionShift;
        destination[0] = (byte)(hasExtension ? flags | RtpPacketReader.ExtensionBit : flags);
        SetMarkerAndPayloadType(destination, marker, payloadType);
        SetSequenceNumber(destination, sequenceNumber);
        SetTimestamp(destination, timestamp);
        SetSsrc(destination, ssrc);
        return Length;
    }

    public static void SetMarkerAndPayloadType(Span<byte> packet, bool marker, byte payloadType) =>
        packet[RtpPacketReader.MarkerOffset] =
            (byte)((payloadType & RtpPacketReader.PayloadTypeMask) | (marker ? RtpPacketReader.MarkerBit : 0));

    public static void SetSequenceNumber(Span<byte> packet, ushort sequenceNumber) =>
        BinaryPrimitives.WriteUInt16BigEndian(packet[RtpPacketReader.SequenceNumberOffset..], sequenceNumber);

    public static void SetTimestamp(Span<byte> packet, uint timestamp) =>
        BinaryPrimitives.WriteUInt32BigEndian(packet[RtpPacketReader.TimestampOffset..], timestamp);

    public static void SetSsrc(Span<byte> packet, uint ssrc) =>
        BinaryPrimitives.WriteUInt32BigEndian(packet[RtpPacketReader.SsrcOffset..], ssrc);

    /// <summary>Sets the P bit; the last byte of the packet must then hold the padding count (RFC 3550 section 5.1).</summary>
    public static void SetPadding(Span<byte> packet, bool hasPadding) =>
        packet[0] = (byte)(hasPadding ? packet[0] | RtpPacketReader.PaddingBit : packet[0] & ~RtpPacketReader.PaddingBit);
}

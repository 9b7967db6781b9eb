using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Rtp;

// RFC 3550 section 5.1 (fixed header) and 5.3.1 (header extension).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |V=2|P|X|  CC   |M|     PT      |       sequence number         |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                           timestamp                           |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |           synchronization source (SSRC) identifier            |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |            contributing source (CSRC) identifiers  0..15      |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+  if X
// |      defined by profile       |  length in 32-bit words       |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                        header extension                       |
// +=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+=+
// |  payload ...            | padding ... | padding count if P    |

/// <summary>A view of one RTP packet. Reads never throw and never allocate; the span must outlive the reader.</summary>
public readonly ref struct RtpPacketReader
{
    /// <summary>Bytes of the fixed header, without CSRCs and extension (RFC 3550 section 5.1).</summary>
    public const int FixedHeaderLength = 12;

    /// <summary>Bytes before the extension's data: profile and length (RFC 3550 section 5.3.1).</summary>
    public const int ExtensionHeaderLength = 4;

    internal const int MarkerOffset = 1;
    internal const int SequenceNumberOffset = 2;
    internal const int TimestampOffset = 4;
    internal const int SsrcOffset = 8;

    internal const byte Version = 2;
    internal const int VersionShift = 6;
    internal const byte PaddingBit = 0x20;
    internal const byte ExtensionBit = 0x10;
    internal const byte CsrcCountMask = 0x0F;
    internal const byte MarkerBit = 0x80;
    internal const byte PayloadTypeMask = 0x7F;

    private const int ExtensionLengthOffset = 2;
    private const int WordLength = 4;

    private readonly ReadOnlySpan<byte> _packet;
    private readonly int _headerLength;
    private readonly int _extensionLength;
    private readonly int _paddingLength;

    private RtpPacketReader(ReadOnlySpan<byte> packet, int headerLength, int extensionLength, int paddingLength)
    {
        _packet = packet;
        _headerLength = headerLength;
        _extensionLength = extensionLength;
        _paddingLength = paddingLength;
    }

    /// <summary>0 to 127.</summary>
    public byte PayloadType => (byte)(_packet[MarkerOffset] & PayloadTypeMask);

    public bool Marker => (_packet[MarkerOffset] & MarkerBit) != 0;

    public ushort SequenceNumber => BinaryPrimitives.ReadUInt16BigEndian(_packet[SequenceNumberOffset..]);

    /// <summary>In units of the payload type's clock rate.</summary>
    public uint Timestamp => BinaryPrimitives.ReadUInt32BigEndian(_packet[TimestampOffset..]);

    public uint Ssrc => BinaryPrimitives.ReadUInt32BigEndian(_packet[SsrcOffset..]);

    /// <summary>0 to 15.</summary>
    public int CsrcCount => _packet[0] & CsrcCountMask;

    /// <summary>Bytes before the payload: fixed header, CSRCs and header extension.</summary>
    public int HeaderLength => _headerLength;

    /// <summary>The P bit. After <see cref="TryParseHeader"/> it is all that is known of the padding.</summary>
    public bool HasPadding => (_packet[0] & PaddingBit) != 0;

    /// <summary>Bytes of padding at the end, its count byte included; 0 after <see cref="TryParseHeader"/>.</summary>
    public int PaddingLength => _paddingLength;

    /// <summary>Bytes of payload without padding; 0 for a padding-only packet.</summary>
    public int PayloadLength => _packet.Length - _headerLength - _paddingLength;

    public ReadOnlySpan<byte> Payload => _packet.Slice(_headerLength, PayloadLength);

    /// <summary>The X bit.</summary>
    public bool HasExtension => (_packet[0] & ExtensionBit) != 0;

    /// <summary>"Defined by profile": 0xBEDE or 0x100X for RFC 8285; 0 without an extension.</summary>
    public ushort ExtensionProfile =>
        HasExtension ? BinaryPrimitives.ReadUInt16BigEndian(_packet[(ExtensionOffset - ExtensionHeaderLength)..]) : (ushort)0;

    /// <summary>Where <see cref="ExtensionBytes"/> starts in the packet.</summary>
    public int ExtensionOffset => _headerLength - _extensionLength;

    /// <summary>The extension's data, without its 4-byte header; empty without an extension.</summary>
    public ReadOnlySpan<byte> ExtensionBytes => _packet.Slice(ExtensionOffset, _extensionLength);

    /// <summary>The extension's elements in order (RFC 8285); none if the profile is another.</summary>
    public HeaderExtensionReader Extensions => new(ExtensionProfile, ExtensionBytes);

    /// <summary>Parses a plain RTP packet: header, extension bounds and padding.</summary>
    /// <returns>
    /// <see cref="DropReason.RtpTruncated"/>, <see cref="DropReason.RtpBadVersion"/>, <see cref="DropReason.RtpBadExtension"/>
    /// (its length goes past the end) or <see cref="DropReason.RtpBadPadding"/> (count 0 or past the header).
    /// </returns>
    public static DropReason TryParse(ReadOnlySpan<byte> packet, out RtpPacketReader reader)
    {
        DropReason reason = TryParseHeader(packet, out reader);
        if (reason != DropReason.None || !reader.HasPadding)
        {
            return reason;
        }

        int padding = packet[^1];
        if (padding == 0 || padding > packet.Length - reader._headerLength)
        {
            reader = default;
            return DropReason.RtpBadPadding;
        }

        reader = new RtpPacketReader(packet, reader._headerLength, reader._extensionLength, padding);
        return DropReason.None;
    }

    /// <summary>
    /// Parses the header alone, for SRTP before decryption: the padding count is still encrypted (RFC 3711 section 3.1), so
    /// <see cref="Payload"/> is everything after the header, authentication tag included.
    /// </summary>
    public static DropReason TryParseHeader(ReadOnlySpan<byte> packet, out RtpPacketReader reader)
    {
        reader = default;
        if (packet.Length < FixedHeaderLength)
        {
            return DropReason.RtpTruncated;
        }

        if (packet[0] >> VersionShift != Version)
        {
            return DropReason.RtpBadVersion;
        }

        int headerLength = FixedHeaderLength + (packet[0] & CsrcCountMask) * WordLength;
        int extensionLength = 0;
        if ((packet[0] & ExtensionBit) != 0)
        {
            if (packet.Length < headerLength + ExtensionHeaderLength)
            {
                return DropReason.RtpTruncated;
            }

            int words = BinaryPrimitives.ReadUInt16BigEndian(packet[(headerLength + ExtensionLengthOffset)..]);
            extensionLength = words * WordLength;
            headerLength += ExtensionHeaderLength + extensionLength;
            if (packet.Length < headerLength)
            {
                return DropReason.RtpBadExtension;
            }
        }

        if (packet.Length < headerLength)
        {
            return DropReason.RtpTruncated;
        }

        reader = new RtpPacketReader(packet, headerLength, extensionLength, paddingLength: 0);
        return DropReason.None;
    }

    /// <summary>Finds the first element with this id (RFC 8285), one- or two-byte form.</summary>
    /// <param name="id">1 to 14 (one-byte form) or 1 to 255 (two-byte form).</param>
    public bool TryGetExtension(byte id, out ReadOnlySpan<byte> value)
    {
        HeaderExtensionReader elements = Extensions;
        while (elements.TryReadNext(out byte elementId, out value))
        {
            if (elementId == id)
            {
                return true;
            }
        }

        value = default;
        return false;
    }
}

using System.Buffers.Binary;
using System.Security.Cryptography;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Stun;

// RFC 8489 section 5: header, then attributes (section 14), each padded to 4 bytes.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |0 0|M M M M M|C|M M M|C|M M M M|         Message Length        |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         Magic Cookie                          |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                     Transaction ID (96 bits)                  |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |         Type                  |            Length             |  attribute, repeated
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                         Value (variable)                ....
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>
/// One STUN message (RFC 8489), a view over the datagram. <see cref="TryParse"/> walks every attribute once, so a message
/// that parsed cannot be read out of bounds. Of an attribute that occurs more than once the first counts (section 14), and
/// what follows MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256 is ignored, except the latter behind the former, and FINGERPRINT
/// (sections 14.5 and 14.6).
/// </summary>
public readonly ref struct StunMessageReader
{
    /// <summary>Bytes of the header.</summary>
    public const int HeaderBytes = 20;

    /// <summary>Bytes of a transaction id.</summary>
    public const int TransactionIdBytes = 12;

    /// <summary>RFC 8489 section 5.</summary>
    public const uint MagicCookie = 0x2112A442;

    /// <summary>The longest message taken: more than any path's MTU, and small enough to copy on the stack.</summary>
    public const int MaxMessageBytes = 2048;

    /// <summary>The most attributes that a message may have; ICE uses 8, TURN about 12.</summary>
    public const int MaxAttributes = 32;

    internal const int LengthOffset = 2;
    internal const int CookieOffset = 4;
    internal const int TransactionIdOffset = 8;
    internal const int AttributeHeaderBytes = 4;
    internal const int IntegrityBytes = 20;
    internal const int IntegritySha256MaxBytes = 32;
    internal const int FingerprintBytes = 4;

    /// <summary>RFC 8489 section 14.7: "STUN", so that the sum differs from one that an application protocol may carry.</summary>
    internal const uint FingerprintXor = 0x5354554E;

    /// <summary>RFC 8489 section 14.6: a shorter sum would be too easy to guess.</summary>
    private const int IntegritySha256MinBytes = 16;

    /// <summary>RFC 7983 section 7 gives the rest of the first bytes to other protocols.</summary>
    private const byte DemuxFirstByteMax = 3;

    /// <summary>RFC 8489 section 5: the two most significant bits are 0.</summary>
    private const byte FirstByteMax = 0x3F;

    private readonly ReadOnlySpan<byte> _message;
    private readonly int _attributesEnd;
    private readonly int _integrityOffset;
    private readonly int _integritySha256Offset;

    private StunMessageReader(
        ReadOnlySpan<byte> message, int attributesEnd, int integrityOffset, int integritySha256Offset, bool hasFingerprint)
    {
        _message = message;
        _attributesEnd = attributesEnd;
        _integrityOffset = integrityOffset;
        _integritySha256Offset = integritySha256Offset;
        HasFingerprint = hasFingerprint;
    }

    public StunClass Class
    {
        get
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(_message);
            return (StunClass)(((type >> 7) & 2) | ((type >> 4) & 1));
        }
    }

    public StunMethod Method
    {
        get
        {
            int type = BinaryPrimitives.ReadUInt16BigEndian(_message);
            return (StunMethod)(((type >> 2) & 0xF80) | ((type >> 1) & 0x70) | (type & 0x0F));
        }
    }

    /// <summary>12 bytes.</summary>
    public ReadOnlySpan<byte> TransactionId => _message.Slice(TransactionIdOffset, TransactionIdBytes);

    /// <summary>USERNAME, empty if there is none.</summary>
    public ReadOnlySpan<byte> Username =>
        TryGetAttribute(StunAttributeType.Username, out ReadOnlySpan<byte> value) ? value : default;

    /// <summary>USE-CANDIDATE is there (RFC 8445 section 7.1.2).</summary>
    public bool HasUseCandidate => TryGetAttribute(StunAttributeType.UseCandidate, out _);

    /// <summary>MESSAGE-INTEGRITY is there; <see cref="VerifyIntegrity"/> tells whether it is right.</summary>
    public bool HasIntegrity => _integrityOffset != 0;

    /// <summary>MESSAGE-INTEGRITY-SHA256 is there; <see cref="VerifyIntegritySha256"/> tells whether it is right.</summary>
    public bool HasIntegritySha256 => _integritySha256Offset != 0;

    /// <summary>FINGERPRINT is there, and it is right.</summary>
    public bool HasFingerprint { get; }

    /// <summary>RFC 7983 section 7: the first byte of a STUN message is 0 to 3.</summary>
    public static bool LooksLikeStun(ReadOnlySpan<byte> datagram) => !datagram.IsEmpty && datagram[0] <= DemuxFirstByteMax;

    /// <summary>
    /// Parses a datagram that is exactly one message. Errors: <see cref="DropReason.StunTruncated"/>,
    /// <see cref="DropReason.StunMalformed"/>, <see cref="DropReason.StunBadCookie"/>,
    /// <see cref="DropReason.StunBadFingerprint"/>.
    /// </summary>
    public static DropReason TryParse(ReadOnlySpan<byte> datagram, out StunMessageReader message)
    {
        message = default;
        if (datagram.Length < HeaderBytes)
        {
            return DropReason.StunTruncated;
        }

        if (datagram[0] > FirstByteMax)
        {
            return DropReason.StunMalformed;
        }

        if (BinaryPrimitives.ReadUInt32BigEndian(datagram[CookieOffset..]) != MagicCookie)
        {
            return DropReason.StunBadCookie;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthOffset..]);
        if (length > datagram.Length - HeaderBytes)
        {
            return DropReason.StunTruncated;
        }

        if (length != datagram.Length - HeaderBytes || length % 4 != 0 || datagram.Length > MaxMessageBytes)
        {
            return DropReason.StunMalformed;
        }

        return ParseAttributes(datagram, out message);
    }

    /// <summary>The value of the first such attribute, without padding, among those that integrity (if any) covers.</summary>
    public bool TryGetAttribute(ushort type, out ReadOnlySpan<byte> value)
    {
        int position = 0;
        return TryGetNextAttribute(type, ref position, out value);
    }

    /// <summary>
    /// The next such attribute of several (CreatePermission's XOR-PEER-ADDRESS, RFC 8656 section 10.1), among those that
    /// integrity (if any) covers.
    /// </summary>
    /// <param name="type">The attribute's type.</param>
    /// <param name="position">0 at first; the call moves it behind what it found.</param>
    /// <param name="value">The value without padding.</param>
    public bool TryGetNextAttribute(ushort type, scoped ref int position, out ReadOnlySpan<byte> value)
    {
        int offset = Math.Max(position, HeaderBytes);
        while (offset < _attributesEnd)
        {
            int start = offset + AttributeHeaderBytes;
            int length = AttributeLength(_message, offset);
            bool found = AttributeType(_message, offset) == type;
            offset = start + Padded(length);
            if (found)
            {
                position = offset;
                value = _message.Slice(start, length);
                return true;
            }
        }

        position = offset;
        value = default;
        return false;
    }

    /// <summary>An attribute of one 32-bit number, such as LIFETIME; false if absent or not 4 bytes.</summary>
    public bool TryGetUInt32(ushort type, out uint number)
    {
        if (TryGetAttribute(type, out ReadOnlySpan<byte> value) && value.Length == sizeof(uint))
        {
            number = BinaryPrimitives.ReadUInt32BigEndian(value);
            return true;
        }

        number = 0;
        return false;
    }

    /// <summary>An attribute of one 64-bit number, such as RESERVATION-TOKEN; false if absent or not 8 bytes.</summary>
    public bool TryGetUInt64(ushort type, out ulong number)
    {
        if (TryGetAttribute(type, out ReadOnlySpan<byte> value) && value.Length == sizeof(ulong))
        {
            number = BinaryPrimitives.ReadUInt64BigEndian(value);
            return true;
        }

        number = 0;
        return false;
    }

    /// <summary>PRIORITY (RFC 8445 section 7.1.1); false if absent or not 4 bytes.</summary>
    public bool TryGetPriority(out uint priority) => TryGetUInt32(StunAttributeType.Priority, out priority);

    /// <summary>NOMINATION, libwebrtc's renomination counter; false if absent or not 4 bytes.</summary>
    public bool TryGetNomination(out uint nomination) => TryGetUInt32(StunAttributeType.Nomination, out nomination);

    /// <summary>ICE-CONTROLLING with the peer's tie-breaker (RFC 8445 section 7.1.3); false if absent or not 8 bytes.</summary>
    public bool TryGetIceControlling(out ulong tieBreaker) => TryGetUInt64(StunAttributeType.IceControlling, out tieBreaker);

    /// <summary>ICE-CONTROLLED with the peer's tie-breaker (RFC 8445 section 7.1.3); false if absent or not 8 bytes.</summary>
    public bool TryGetIceControlled(out ulong tieBreaker) => TryGetUInt64(StunAttributeType.IceControlled, out tieBreaker);

    /// <summary>XOR-MAPPED-ADDRESS (RFC 8489 section 14.2); false if absent or malformed.</summary>
    public bool TryGetXorMappedAddress(out TransportAddress address) =>
        TryGetXorAddress(StunAttributeType.XorMappedAddress, out address);

    /// <summary>Any attribute of the shape of XOR-MAPPED-ADDRESS; false if absent or malformed.</summary>
    public bool TryGetXorAddress(ushort type, out TransportAddress address)
    {
        address = default;
        return TryGetAttribute(type, out ReadOnlySpan<byte> value) && StunXorAddress.TryRead(value, TransactionId, out address);
    }

    /// <summary>Any attribute of the shape of MAPPED-ADDRESS (RFC 8489 section 14.1); false if absent or malformed.</summary>
    public bool TryGetAddress(ushort type, out TransportAddress address)
    {
        address = default;
        return TryGetAttribute(type, out ReadOnlySpan<byte> value) && StunAddress.TryRead(value, out address);
    }

    /// <summary>ERROR-CODE (RFC 8489 section 14.8), 300 to 699; false if absent or out of range.</summary>
    public bool TryGetErrorCode(out int code)
    {
        code = 0;
        if (!TryGetAttribute(StunAttributeType.ErrorCode, out ReadOnlySpan<byte> value) || value.Length < 4)
        {
            return false;
        }

        int hundreds = value[2] & 7;
        int number = value[3];
        code = (hundreds * 100) + number;
        return number < 100 && code is >= StunErrorCode.Min and <= StunErrorCode.Max;
    }

    /// <summary>
    /// Collects the comprehension-required types (RFC 8489 section 6.3.1) that are not in <paramref name="understood"/>, as
    /// many as fit into <paramref name="unknown"/>, and returns how many it wrote. USERNAME and MESSAGE-INTEGRITY always
    /// count as understood.
    /// </summary>
    public int CollectUnknownRequired(ReadOnlySpan<ushort> understood, Span<ushort> unknown)
    {
        int count = 0;
        int offset = HeaderBytes;
        while (offset < _attributesEnd && count < unknown.Length)
        {
            ushort type = AttributeType(_message, offset);
            if (type < StunAttributeType.FirstOptional && type != StunAttributeType.Username
                && !understood.Contains(type) && !unknown[..count].Contains(type))
            {
                unknown[count++] = type;
            }

            offset += AttributeHeaderBytes + Padded(AttributeLength(_message, offset));
        }

        return count;
    }

    /// <summary>
    /// Checks MESSAGE-INTEGRITY (RFC 8489 section 14.5): HMAC-SHA1 over everything before it, with a length field that ends
    /// at it. False if there is none.
    /// </summary>
    public bool VerifyIntegrity(ReadOnlySpan<byte> key)
    {
        if (_integrityOffset == 0)
        {
            return false;
        }

        Span<byte> covered = stackalloc byte[MaxMessageBytes];
        covered = covered[..CopyCovered(_integrityOffset, covered)];
        Span<byte> expected = stackalloc byte[IntegrityBytes];
#pragma warning disable CA5350 // RFC 8489 section 14.5 prescribes HMAC-SHA1, and browsers send nothing else.
        HMACSHA1.HashData(key, covered, expected);
#pragma warning restore CA5350
        return CryptographicOperations.FixedTimeEquals(expected, ValueAt(_integrityOffset));
    }

    /// <summary>
    /// Checks MESSAGE-INTEGRITY-SHA256 (RFC 8489 section 14.6): HMAC-SHA256 over everything before it, with a length field
    /// that ends at it; the sum may be cut down to 16 bytes. False if there is none.
    /// </summary>
    public bool VerifyIntegritySha256(ReadOnlySpan<byte> key)
    {
        if (_integritySha256Offset == 0)
        {
            return false;
        }

        Span<byte> covered = stackalloc byte[MaxMessageBytes];
        covered = covered[..CopyCovered(_integritySha256Offset, covered)];
        Span<byte> expected = stackalloc byte[IntegritySha256MaxBytes];
        HMACSHA256.HashData(key, covered, expected);
        ReadOnlySpan<byte> given = ValueAt(_integritySha256Offset);
        return CryptographicOperations.FixedTimeEquals(expected[..given.Length], given);
    }

    /// <summary>Rounds up to the next multiple of 4 (RFC 8489 section 14).</summary>
    internal static int Padded(int length) => (length + 3) & ~3;

    private static DropReason ParseAttributes(ReadOnlySpan<byte> datagram, out StunMessageReader message)
    {
        message = default;
        int attributesEnd = datagram.Length;
        int integrityOffset = 0;
        int integritySha256Offset = 0;
        bool hasFingerprint = false;
        int count = 0;
        int offset = HeaderBytes;
        while (offset < datagram.Length)
        {
            // The message's length is a multiple of 4, as is the offset: an attribute header always fits.
            int length = AttributeLength(datagram, offset);
            if (Padded(length) > datagram.Length - offset - AttributeHeaderBytes || ++count > MaxAttributes)
            {
                return DropReason.StunMalformed;
            }

            int next = offset + AttributeHeaderBytes + Padded(length);
            switch (AttributeType(datagram, offset))
            {
                case StunAttributeType.MessageIntegrity when integrityOffset == 0 && integritySha256Offset == 0:
                    if (length != IntegrityBytes)
                    {
                        return DropReason.StunMalformed;
                    }

                    integrityOffset = offset;
                    attributesEnd = offset;
                    break;
                case StunAttributeType.MessageIntegritySha256 when integritySha256Offset == 0:
                    if (length is < IntegritySha256MinBytes or > IntegritySha256MaxBytes || length % 4 != 0)
                    {
                        return DropReason.StunMalformed;
                    }

                    integritySha256Offset = offset;
                    attributesEnd = Math.Min(attributesEnd, offset);
                    break;
                case StunAttributeType.Fingerprint:
                    if (length != FingerprintBytes || next != datagram.Length)
                    {
                        return DropReason.StunMalformed;
                    }

                    if (BinaryPrimitives.ReadUInt32BigEndian(datagram[(offset + AttributeHeaderBytes)..])
                        != (Crc32.Compute(datagram[..offset]) ^ FingerprintXor))
                    {
                        return DropReason.StunBadFingerprint;
                    }

                    hasFingerprint = true;
                    attributesEnd = Math.Min(attributesEnd, offset);
                    break;
                default:
                    break;
            }

            offset = next;
        }

        message = new StunMessageReader(datagram, attributesEnd, integrityOffset, integritySha256Offset, hasFingerprint);
        return DropReason.None;
    }

    private static ushort AttributeType(ReadOnlySpan<byte> message, int offset) =>
        BinaryPrimitives.ReadUInt16BigEndian(message[offset..]);

    private static int AttributeLength(ReadOnlySpan<byte> message, int offset) =>
        BinaryPrimitives.ReadUInt16BigEndian(message[(offset + 2)..]);

    /// <summary>The message up to an integrity attribute, with the length field that this attribute was computed with.</summary>
    private int CopyCovered(int integrityOffset, scoped Span<byte> covered)
    {
        _message[..integrityOffset].CopyTo(covered);
        int end = integrityOffset + AttributeHeaderBytes + AttributeLength(_message, integrityOffset);
        BinaryPrimitives.WriteUInt16BigEndian(covered[LengthOffset..], (ushort)(end - HeaderBytes));
        return integrityOffset;
    }

    private ReadOnlySpan<byte> ValueAt(int offset) =>
        _message.Slice(offset + AttributeHeaderBytes, AttributeLength(_message, offset));
}

using System.Buffers.Binary;
using Relay.Core.Diagnostics;

namespace Relay.Core.Dtls;

/// <summary>
/// One DTLS record (RFC 6347 section 4.1), the first of a datagram:
/// <code>
///  0                   1                   2                   3
///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
/// +---------------+-------------------------------+---------------+
/// | content type  |            version            |  epoch (high) |
/// +---------------+-------------------------------+---------------+
/// |  epoch (low)  |           sequence number (48 bits)           |
/// +---------------+-----------------------------------------------+
/// |           sequence number (continued)         | length (high) |
/// +---------------+-----------------------------------------------+
/// |  length (low) |                  fragment ...                 |
/// +---------------+-----------------------------------------------+
/// </code>
/// </summary>
public readonly ref struct DtlsRecordReader
{
    /// <summary>Bytes before the fragment.</summary>
    public const int HeaderBytes = 13;

    /// <summary>The content type change_cipher_spec, the lowest (RFC 5246 section 6.2.1).</summary>
    public const byte ChangeCipherSpec = 20;

    public const byte Alert = 21;
    public const byte Handshake = 22;

    /// <summary>The content type application_data, the highest (RFC 5246 section 6.2.1).</summary>
    public const byte ApplicationData = 23;

    /// <summary>Where the version field starts.</summary>
    public const int VersionOffset = 1;

    /// <summary>Where the epoch field starts.</summary>
    public const int EpochOffset = 3;

    /// <summary>Where the sequence number field starts.</summary>
    public const int SequenceNumberOffset = 5;

    /// <summary>Where the length field starts.</summary>
    public const int LengthOffset = 11;

    private const byte VersionMajor = 0xFE;

    private DtlsRecordReader(ReadOnlySpan<byte> record)
    {
        Record = record;
    }

    /// <summary>Header and fragment.</summary>
    public ReadOnlySpan<byte> Record { get; }

    public byte ContentType => Record[0];

    /// <summary>0xFEFF for DTLS 1.0 (used by a first ClientHello), 0xFEFD for DTLS 1.2.</summary>
    public ushort Version => BinaryPrimitives.ReadUInt16BigEndian(Record[VersionOffset..]);

    /// <summary>0 in the clear; 1 once change_cipher_spec was sent.</summary>
    public ushort Epoch => BinaryPrimitives.ReadUInt16BigEndian(Record[EpochOffset..]);

    /// <summary>The 48-bit sequence number within the epoch.</summary>
    public ulong SequenceNumber => BinaryPrimitives.ReadUInt64BigEndian(Record[EpochOffset..]) & 0xFFFF_FFFF_FFFF;

    public ReadOnlySpan<byte> Fragment => Record[HeaderBytes..];

    /// <summary>
    /// Reads the record at the start of <paramref name="datagram"/>; the next one starts behind <see cref="Record"/>.
    /// <see cref="DropReason.DtlsMalformed"/> if it is cut short, of an unknown type, or no DTLS 1.x.
    /// </summary>
    public static DropReason TryRead(ReadOnlySpan<byte> datagram, out DtlsRecordReader record)
    {
        record = default;
        if (datagram.Length < HeaderBytes
            || datagram[0] is < ChangeCipherSpec or > ApplicationData
            || datagram[VersionOffset] != VersionMajor)
        {
            return DropReason.DtlsMalformed;
        }

        int length = HeaderBytes + BinaryPrimitives.ReadUInt16BigEndian(datagram[LengthOffset..]);
        if (length > datagram.Length)
        {
            return DropReason.DtlsMalformed;
        }

        record = new DtlsRecordReader(datagram[..length]);
        return DropReason.None;
    }
}

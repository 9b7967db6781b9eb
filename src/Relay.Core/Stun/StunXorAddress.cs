using System.Buffers.Binary;
using Relay.Core.Primitives;

namespace Relay.Core.Stun;

// RFC 8489 section 14.2: the value of XOR-MAPPED-ADDRESS and of everything shaped like it.
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |0 0 0 0 0 0 0 0|    Family     |         X-Port                |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                X-Address (32 or 128 bits)                     |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>Reads and writes an XOR-ed transport address (RFC 8489 section 14.2).</summary>
public static class StunXorAddress
{
    /// <summary>Bytes of the longest value, IPv6.</summary>
    public const int MaxBytes = IPv6Bytes;

    private const int FamilyOffset = 1;
    private const int PortOffset = 2;
    private const int AddressOffset = 4;
    private const int IPv4Bytes = AddressOffset + 4;
    private const int IPv6Bytes = AddressOffset + 16;

    /// <summary>False if the family is unknown or the length does not fit it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, ReadOnlySpan<byte> transactionId, out TransportAddress address)
    {
        address = default;
        if (value.Length < AddressOffset)
        {
            return false;
        }

        ushort port = (ushort)(BinaryPrimitives.ReadUInt16BigEndian(value[PortOffset..]) ^ (StunMessageReader.MagicCookie >> 16));
        switch ((StunAddressFamily)value[FamilyOffset])
        {
            case StunAddressFamily.IPv4 when value.Length == IPv4Bytes:
                uint address4 = BinaryPrimitives.ReadUInt32BigEndian(value[AddressOffset..]);
                address = TransportAddress.FromIPv4(address4 ^ StunMessageReader.MagicCookie, port);
                return true;
            case StunAddressFamily.IPv6 when value.Length == IPv6Bytes:
                UInt128 address6 = BinaryPrimitives.ReadUInt128BigEndian(value[AddressOffset..]);
                address = new TransportAddress(address6 ^ Mask(transactionId), port);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes the value and returns its bytes; <paramref name="value"/> holds at least <see cref="MaxBytes"/>.</summary>
    public static int Write(in TransportAddress address, ReadOnlySpan<byte> transactionId, Span<byte> value)
    {
        value[0] = 0;
        ushort port = (ushort)(address.Port ^ (StunMessageReader.MagicCookie >> 16));
        BinaryPrimitives.WriteUInt16BigEndian(value[PortOffset..], port);
        if (address.IsIPv4)
        {
            value[FamilyOffset] = (byte)StunAddressFamily.IPv4;
            BinaryPrimitives.WriteUInt32BigEndian(value[AddressOffset..], address.IPv4 ^ StunMessageReader.MagicCookie);
            return IPv4Bytes;
        }

        value[FamilyOffset] = (byte)StunAddressFamily.IPv6;
        BinaryPrimitives.WriteUInt128BigEndian(value[AddressOffset..], address.Address ^ Mask(transactionId));
        return IPv6Bytes;
    }

    /// <summary>The magic cookie followed by the transaction id.</summary>
    private static UInt128 Mask(ReadOnlySpan<byte> transactionId)
    {
        ulong upper = ((ulong)StunMessageReader.MagicCookie << 32) | BinaryPrimitives.ReadUInt32BigEndian(transactionId);
        return new UInt128(upper, BinaryPrimitives.ReadUInt64BigEndian(transactionId[4..]));
    }
}

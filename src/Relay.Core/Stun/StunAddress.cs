using System.Buffers.Binary;
using Relay.Core.Primitives;

namespace Relay.Core.Stun;

// RFC 8489 section 14.1: the value of MAPPED-ADDRESS and of everything shaped like it (ALTERNATE-SERVER, RESPONSE-ORIGIN,
// OTHER-ADDRESS).
//
//  0                   1                   2                   3
//  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |0 0 0 0 0 0 0 0|    Family     |           Port                |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+
// |                 Address (32 bits or 128 bits)                 |
// +-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+-+

/// <summary>Reads and writes a transport address in the clear (RFC 8489 section 14.1).</summary>
public static class StunAddress
{
    /// <summary>Bytes of the longest value, IPv6.</summary>
    public const int MaxBytes = IPv6Bytes;

    private const int FamilyOffset = 1;
    private const int PortOffset = 2;
    private const int AddressOffset = 4;
    private const int IPv4Bytes = AddressOffset + 4;
    private const int IPv6Bytes = AddressOffset + 16;

    /// <summary>False if the family is unknown or the length does not fit it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, out TransportAddress address)
    {
        address = default;
        if (value.Length < AddressOffset)
        {
            return false;
        }

        ushort port = BinaryPrimitives.ReadUInt16BigEndian(value[PortOffset..]);
        switch ((StunAddressFamily)value[FamilyOffset])
        {
            case StunAddressFamily.IPv4 when value.Length == IPv4Bytes:
                address = TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(value[AddressOffset..]), port);
                return true;
            case StunAddressFamily.IPv6 when value.Length == IPv6Bytes:
                address = new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(value[AddressOffset..]), port);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Writes the value and returns its bytes; <paramref name="value"/> holds at least <see cref="MaxBytes"/>.</summary>
    public static int Write(in TransportAddress address, Span<byte> value)
    {
        value[0] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(value[PortOffset..], address.Port);
        if (address.IsIPv4)
        {
            value[FamilyOffset] = (byte)StunAddressFamily.IPv4;
            BinaryPrimitives.WriteUInt32BigEndian(value[AddressOffset..], address.IPv4);
            return IPv4Bytes;
        }

        value[FamilyOffset] = (byte)StunAddressFamily.IPv6;
        BinaryPrimitives.WriteUInt128BigEndian(value[AddressOffset..], address.Address);
        return IPv6Bytes;
    }
}

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

/// <summary>
/// Reads and writes an XOR-ed transport address (RFC 8489 section 14.2): a <see cref="StunAddress"/> under a mask.
/// </summary>
public static class StunXorAddress
{
    /// <summary>Bytes of the longest value, IPv6.</summary>
    public const int MaxBytes = StunAddress.MaxBytes;

    private const int PortOffset = 2;
    private const int AddressOffset = 4;
    private const ushort PortMask = (ushort)(StunMessageReader.MagicCookie >> 16);

    /// <summary>False if the family is unknown or the length does not fit it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, ReadOnlySpan<byte> transactionId, out TransportAddress address)
    {
        if (!StunAddress.TryRead(value, out address))
        {
            return false;
        }

        // The length tells the family: a masked IPv6 address may look like an IPv4 one.
        ushort port = (ushort)(address.Port ^ PortMask);
        address = value.Length < MaxBytes
            ? TransportAddress.FromIPv4(address.IPv4 ^ StunMessageReader.MagicCookie, port)
            : new TransportAddress(address.Address ^ Mask(transactionId), port);
        return true;
    }

    /// <summary>Writes the value and returns its bytes; <paramref name="value"/> holds at least <see cref="MaxBytes"/>.</summary>
    public static int Write(in TransportAddress address, ReadOnlySpan<byte> transactionId, Span<byte> value)
    {
        int length = StunAddress.Write(address, value);
        BinaryPrimitives.WriteUInt16BigEndian(value[PortOffset..], (ushort)(address.Port ^ PortMask));
        if (length < MaxBytes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(value[AddressOffset..], address.IPv4 ^ StunMessageReader.MagicCookie);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(value[AddressOffset..], address.Address ^ Mask(transactionId));
        }

        return length;
    }

    /// <summary>The magic cookie followed by the transaction id.</summary>
    private static UInt128 Mask(ReadOnlySpan<byte> transactionId)
    {
        ulong upper = ((ulong)StunMessageReader.MagicCookie << 32) | BinaryPrimitives.ReadUInt32BigEndian(transactionId);
        return new UInt128(upper, BinaryPrimitives.ReadUInt64BigEndian(transactionId[4..]));
    }
}

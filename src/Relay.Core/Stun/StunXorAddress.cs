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

    /// <summary>False if the family is unknown or the length does not fit it.</summary>
    public static bool TryRead(ReadOnlySpan<byte> value, ReadOnlySpan<byte> transactionId, out TransportAddress address)
    {
        address = default;
        Span<byte> clear = stackalloc byte[MaxBytes];
        if (!value.TryCopyTo(clear))
        {
            return false;
        }

        Mask(clear, transactionId);
        return StunAddress.TryRead(clear[..value.Length], out address);
    }

    /// <summary>Writes the value and returns its bytes; <paramref name="value"/> holds at least <see cref="MaxBytes"/>.</summary>
    public static int Write(in TransportAddress address, ReadOnlySpan<byte> transactionId, Span<byte> value)
    {
        Span<byte> masked = stackalloc byte[MaxBytes];
        int length = StunAddress.Write(address, masked);
        Mask(masked, transactionId);
        masked[..length].CopyTo(value);
        return length;
    }

    /// <summary>Puts the mask on or takes it off: the magic cookie, and for IPv6 the transaction id behind it.</summary>
    private static void Mask(Span<byte> value, ReadOnlySpan<byte> transactionId)
    {
        ulong upper = ((ulong)StunMessageReader.MagicCookie << 32) | BinaryPrimitives.ReadUInt32BigEndian(transactionId);
        var mask = new UInt128(upper, BinaryPrimitives.ReadUInt64BigEndian(transactionId[4..]));
        Span<byte> port = value[PortOffset..];
        Span<byte> address = value[AddressOffset..];
        BinaryPrimitives.WriteUInt16BigEndian(
            port, (ushort)(BinaryPrimitives.ReadUInt16BigEndian(port) ^ (StunMessageReader.MagicCookie >> 16)));
        BinaryPrimitives.WriteUInt128BigEndian(address, BinaryPrimitives.ReadUInt128BigEndian(address) ^ mask);
    }
}

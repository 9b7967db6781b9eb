using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Addresses from one to another, both included: a network, or whatever range an operator names. Compared as whole 128-bit
/// numbers, never byte by byte. A range of one family holds no address of the other: ::/0 is every IPv6 address and no IPv4 one,
/// although IPv4 addresses are kept IPv4-mapped.
/// </summary>
public readonly record struct AddressRange
{
    private const int AddressBits = 128;
    private const int IPv4Bits = 32;

    private readonly bool _isIPv4;

    /// <param name="first">The lowest address.</param>
    /// <param name="last">The highest address. Unless both are IPv4, the range is of IPv6.</param>
    public AddressRange(UInt128 first, UInt128 last)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(last, first);
        First = first;
        Last = last;
        _isIPv4 = IsMapped(first) && IsMapped(last);
    }

    /// <summary>The lowest address, IPv4-mapped for IPv4.</summary>
    public UInt128 First { get; }

    /// <summary>The highest address.</summary>
    public UInt128 Last { get; }

    /// <summary>The addresses that share their first bits with the given one; its other bits do not matter.</summary>
    /// <param name="address">IPv4 in host byte order.</param>
    /// <param name="prefixLength">0 to 32.</param>
    public static AddressRange IPv4(uint address, int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefixLength, (uint)IPv4Bits, nameof(prefixLength));
        return OfPrefix(TransportAddress.FromIPv4(address, 0).Address, prefixLength + AddressBits - IPv4Bits);
    }

    /// <summary>The addresses that share their first bits with the given one; its other bits do not matter.</summary>
    /// <param name="address">IPv6.</param>
    /// <param name="prefixLength">0 to 128.</param>
    public static AddressRange IPv6(UInt128 address, int prefixLength)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)prefixLength, (uint)AddressBits, nameof(prefixLength));
        return OfPrefix(address, prefixLength);
    }

    /// <summary>Whether the address lies in the range; its port does not matter.</summary>
    public bool Contains(UInt128 address) => address >= First && address <= Last && IsMapped(address) == _isIPv4;

    /// <summary>
    /// Reads "192.0.2.1", "10.0.0.0/8", "2001:db8::/32" or "192.0.2.10-192.0.2.20". Not read: zone ids, IPv4 in anything but four
    /// decimal numbers (010.0.0.1 is 8.0.0.1 to some), and networks with bits set beyond their prefix. Control plane only.
    /// </summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AddressRange range)
    {
        range = default;
        if (text is null)
        {
            return false;
        }

        int mark = text.AsSpan().IndexOfAny('/', '-');
        if (mark < 0)
        {
            return TryParseAddress(text, out UInt128 only, out _) && TryMake(only, only, out range);
        }

        if (!TryParseAddress(text[..mark], out UInt128 first, out bool isIPv4))
        {
            return false;
        }

        if (text[mark] == '-')
        {
            return TryParseAddress(text[(mark + 1)..], out UInt128 last, out bool isLastIPv4)
                && isIPv4 == isLastIPv4
                && TryMake(first, last, out range);
        }

        int bits = isIPv4 ? IPv4Bits : AddressBits;
        ReadOnlySpan<char> prefix = text.AsSpan(mark + 1);
        if (!int.TryParse(prefix, NumberStyles.None, CultureInfo.InvariantCulture, out int length) || length > bits)
        {
            return false;
        }

        range = OfPrefix(first, length + AddressBits - bits);
        return range.First == first;
    }

    private static bool TryMake(UInt128 first, UInt128 last, out AddressRange range)
    {
        bool good = first <= last;
        range = good ? new AddressRange(first, last) : default;
        return good;
    }

    private static bool TryParseAddress(string text, out UInt128 address, out bool isIPv4)
    {
        (address, isIPv4) = (0, false);
        if (text.Contains('%', StringComparison.Ordinal) || text.Contains('[', StringComparison.Ordinal)
            || !IPAddress.TryParse(text, out IPAddress? parsed))
        {
            return false;
        }

        isIPv4 = parsed.AddressFamily == AddressFamily.InterNetwork;
        if (isIPv4 && !string.Equals(parsed.ToString(), text, StringComparison.Ordinal))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[AddressBits / 8];
        _ = parsed.MapToIPv6().TryWriteBytes(bytes, out _);
        address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        return true;
    }

    private static AddressRange OfPrefix(UInt128 address, int length)
    {
        // Shifting by all 128 bits would shift by none.
        UInt128 rest = length == 0 ? UInt128.MaxValue : (UInt128.One << (AddressBits - length)) - 1;
        return new AddressRange(address & ~rest, address | rest);
    }

    private static bool IsMapped(UInt128 address) => new TransportAddress(address, 0).IsIPv4;
}

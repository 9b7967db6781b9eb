using System.Runtime.InteropServices;

namespace Relay.Host.Platform;

/// <summary>
/// <c>struct sock_extended_err</c>, in the machine's own order: what an error queue says of a datagram (man ip(7), IP_RECVERR).
/// The address of who said it may follow.
/// <code>
///  0               4        5        6        7        8               12             16
/// +---------------+--------+--------+--------+--------+---------------+---------------+
/// | errno         | origin | type   | code   | 0      | info          | data          |
/// +---------------+--------+--------+--------+--------+---------------+---------------+
///   origin: 1 this host, 2 ICMP, 3 ICMPv6; info: the MTU, if the datagram was too big
/// </code>
/// </summary>
internal static class ExtendedErrorLayout
{
    public const int Bytes = 16;

    private const int ErrorMessageSize = 90;
    private const byte OriginLocal = 1;
    private const byte OriginIcmp = 2;
    private const byte OriginIcmpv6 = 3;

    // "Fragmentation needed" of ICMP and "packet too big" of ICMPv6: what the first router would say.
    private const byte IcmpUnreachable = 3;
    private const byte IcmpFragmentationNeeded = 4;
    private const byte Icmpv6PacketTooBig = 2;

    /// <summary>Reads type, code, data and origin; false if it is neither ICMP of the family nor "too big" of this host.</summary>
    public static bool TryRead(ReadOnlySpan<byte> source, bool isIPv4, ref PeerError error)
    {
        if (source.Length < Bytes)
        {
            return false;
        }

        byte origin = source[4];
        error.IsLocal = origin == OriginLocal;
        error.Data = MemoryMarshal.Read<uint>(source[8..]);
        if (error.IsLocal)
        {
            error.Type = isIPv4 ? IcmpUnreachable : Icmpv6PacketTooBig;
            error.Code = isIPv4 ? IcmpFragmentationNeeded : (byte)0;
            return MemoryMarshal.Read<int>(source) == ErrorMessageSize;
        }

        error.Type = source[5];
        error.Code = source[6];
        return origin == (isIPv4 ? OriginIcmp : OriginIcmpv6);
    }
}

using System.Runtime.InteropServices;
using Relay.Core.Turn;

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

    private const byte OriginLocal = 1;
    private const byte OriginIcmp = 2;
    private const byte OriginIcmpv6 = 3;

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
            // What the first router would say.
            (error.Type, error.Code) = IcmpErrors.TooBig(isIPv4);
            return MemoryMarshal.Read<int>(source) == LinuxSystemCalls.ErrorMessageSize;
        }

        error.Type = source[5];
        error.Code = source[6];
        return origin == (isIPv4 ? OriginIcmp : OriginIcmpv6);
    }
}

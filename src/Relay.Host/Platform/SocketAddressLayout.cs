using System.Buffers.Binary;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>
/// The part of <c>sockaddr_in</c> and <c>sockaddr_in6</c> that all systems agree on; the address family in front of it is
/// theirs.
/// <code>
/// sockaddr_in  (16 bytes):  family 0..1 | port 2..3 | IPv4 address 4..7 | zero 8..15
/// sockaddr_in6 (28 bytes):  family 0..1 | port 2..3 | flow 4..7 | IPv6 address 8..23 | scope 24..27
/// </code>
/// Ports and addresses are in network byte order.
/// </summary>
internal static class SocketAddressLayout
{
    public const int IPv4Bytes = 16;
    public const int IPv6Bytes = 28;

    private const int PortOffset = 2;
    private const int IPv4AddressOffset = 4;
    private const int IPv6AddressOffset = 8;

    public static int LengthOf(bool isIPv4) => isIPv4 ? IPv4Bytes : IPv6Bytes;

    /// <summary>Reads what the system filled in.</summary>
    public static TransportAddress Read(ReadOnlySpan<byte> source, bool isIPv4)
    {
        ushort port = BinaryPrimitives.ReadUInt16BigEndian(source[PortOffset..]);
        return isIPv4
            ? TransportAddress.FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(source[IPv4AddressOffset..]), port)
            : new TransportAddress(BinaryPrimitives.ReadUInt128BigEndian(source[IPv6AddressOffset..]), port);
    }

    /// <summary>Writes port and address and nothing else; false if an IPv4 socket cannot reach the address.</summary>
    public static bool TryWrite(in TransportAddress address, Span<byte> destination, bool isIPv4)
    {
        if (isIPv4 && !address.IsIPv4)
        {
            return false;
        }

        BinaryPrimitives.WriteUInt16BigEndian(destination[PortOffset..], address.Port);
        if (isIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(destination[IPv4AddressOffset..], address.IPv4);
        }
        else
        {
            BinaryPrimitives.WriteUInt128BigEndian(destination[IPv6AddressOffset..], address.Address);
        }

        return true;
    }
}

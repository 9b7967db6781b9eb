using System.Runtime.InteropServices;

namespace Relay.Host.Platform;

/// <summary>
/// The control messages (struct cmsghdr, man cmsg(3)) that datagrams come and go with, as on 64-bit Linux. Numbers are in the
/// machine's own order; each message is padded to a multiple of eight bytes.
/// <code>
///  0               8           12          16
/// +---------------+-----------+-----------+-----------------------------------------------+
/// | length (16+n) |   level   |   type    | n bytes                                       |
/// +---------------+-----------+-----------+-----------------------------------------------+
///   UDP_SEGMENT     SOL_UDP     103         out: bytes of each segment, 16 bits
///   UDP_GRO         SOL_UDP     104         in: bytes of each segment, 32 bits
///   SCM_TIMESTAMPNS SOL_SOCKET  35          in: seconds and nanoseconds since 1970, 64 bits each
///   IP_RECVERR      SOL_IP      11          in: see ExtendedErrorLayout
///   IPV6_RECVERR    SOL_IPV6    25          the same
/// </code>
/// </summary>
internal static class ControlMessages
{
    public const int SocketLevel = 1;
    public const int UdpLevel = 17;
    public const int TimestampNanoseconds = 35;
    public const int UdpSegment = 103;
    public const int UdpReceiveOffload = 104;

    public const int IPv4Level = 0;
    public const int IPv6Level = 41;
    public const int IPv4Error = 11;
    public const int IPv6Error = 25;

    /// <summary>Room for one UDP_SEGMENT message.</summary>
    public const int SendBytes = HeaderBytes + 8;

    /// <summary>Room for one UDP_GRO and one SCM_TIMESTAMPNS message, or for one of an error, and some to spare.</summary>
    public const int ReceiveBytes = 64;

    private const int HeaderBytes = 16;
    private const int LevelOffset = 8;
    private const int TypeOffset = 12;
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Writes the message that makes the kernel cut what is sent into datagrams of that size (Linux 4.18).</summary>
    /// <param name="destination"><see cref="SendBytes"/> bytes.</param>
    /// <param name="segmentBytes">1 to 65,535.</param>
    public static void WriteSegmentBytes(Span<byte> destination, int segmentBytes)
    {
        MemoryMarshal.Write(destination, (long)(HeaderBytes + sizeof(ushort)));
        MemoryMarshal.Write(destination[LevelOffset..], UdpLevel);
        MemoryMarshal.Write(destination[TypeOffset..], UdpSegment);
        MemoryMarshal.Write(destination[HeaderBytes..], (ushort)segmentBytes);
    }

    /// <summary>Finds what an error queue says.</summary>
    /// <param name="control">As far as the system filled it.</param>
    /// <param name="isIPv4">The socket's family.</param>
    /// <param name="error">See <see cref="ExtendedErrorLayout"/>.</param>
    public static bool TryFindError(ReadOnlySpan<byte> control, bool isIPv4, out ReadOnlySpan<byte> error)
    {
        (int level, int type) = isIPv4 ? (IPv4Level, IPv4Error) : (IPv6Level, IPv6Error);
        while (TryTake(ref control, out int foundLevel, out int foundType, out error))
        {
            if (foundLevel == level && foundType == type)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Reads what came with a message.</summary>
    /// <param name="control">As far as the system filled it.</param>
    /// <param name="segmentBytes">Bytes of each datagram of a train but the last; 0 for a single datagram.</param>
    /// <param name="arrival">When the system received it, in nanoseconds since 1970; 0 if it did not say.</param>
    public static void Read(ReadOnlySpan<byte> control, out int segmentBytes, out long arrival)
    {
        segmentBytes = 0;
        arrival = 0;
        while (TryTake(ref control, out int level, out int type, out ReadOnlySpan<byte> data))
        {
            switch ((level, type))
            {
                case (UdpLevel, UdpReceiveOffload) when data.Length >= sizeof(int):
                    segmentBytes = MemoryMarshal.Read<int>(data);
                    break;

                case (SocketLevel, TimestampNanoseconds) when data.Length >= 2 * sizeof(long):
                    arrival = (MemoryMarshal.Read<long>(data) * NanosecondsPerSecond) + MemoryMarshal.Read<long>(data[sizeof(long)..]);
                    break;

                default:
                    break;
            }
        }
    }

    private static bool TryTake(
        scoped ref ReadOnlySpan<byte> control, out int level, out int type, out ReadOnlySpan<byte> data)
    {
        level = 0;
        type = 0;
        data = default;
        long length = control.Length >= HeaderBytes ? MemoryMarshal.Read<long>(control) : 0;
        if (length < HeaderBytes || length > control.Length)
        {
            return false;
        }

        level = MemoryMarshal.Read<int>(control[LevelOffset..]);
        type = MemoryMarshal.Read<int>(control[TypeOffset..]);
        data = control[HeaderBytes..(int)length];
        control = control[Math.Min(control.Length, ((int)length + 7) & ~7)..];
        return true;
    }
}

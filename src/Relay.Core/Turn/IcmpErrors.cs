namespace Relay.Core.Turn;

/// <summary>Which ICMP errors clients are told of (RFC 8656 section 11.5); types and codes of RFC 792 and RFC 4443.</summary>
public static class IcmpErrors
{
    private const byte Unreachable = 3;
    private const byte FragmentationNeeded = 4;
    private const byte TimeExceeded = 11;
    private const byte UnreachableIPv6 = 1;
    private const byte PacketTooBigIPv6 = 2;
    private const byte TimeExceededIPv6 = 3;

    /// <summary>What a router says of a datagram that its next link does not take.</summary>
    public static (byte Type, byte Code) TooBig(bool isIPv4) =>
        isIPv4 ? (Unreachable, FragmentationNeeded) : (PacketTooBigIPv6, (byte)0);

    internal static bool IsTold(bool isIPv4, byte type) => isIPv4
        ? type is Unreachable or TimeExceeded
        : type is UnreachableIPv6 or PacketTooBigIPv6 or TimeExceededIPv6;

    /// <summary>Whether the next hop's MTU comes with it.</summary>
    internal static bool HasMtu(bool isIPv4, byte type, byte code) => isIPv4
        ? type == Unreachable && code == FragmentationNeeded
        : type == PacketTooBigIPv6;
}

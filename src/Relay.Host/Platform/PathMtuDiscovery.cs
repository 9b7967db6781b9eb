using static Relay.Host.Platform.LinuxSystemCalls;

namespace Relay.Host.Platform;

/// <summary>
/// Whether what a UDP socket sends may be fragmented (IP_MTU_DISCOVER, man ip(7)). The kernel's own discovery, its default, is
/// off: it sets DF on what it is not asked to, and anybody's forged ICMP would change it.
/// </summary>
internal static unsafe class PathMtuDiscovery
{
    private const int IPv4Option = 10;
    private const int IPv6Option = 23;

    // IPv6: the sender fragments to what routers say that the path takes.
    private const int Dont = 0;

    // DF on all that the first link takes, whatever is thought of the path; what is larger is refused.
    private const int Probe = 3;

    // IPv4: no DF; fragments for the first link, and routers do the rest. ICMP is told and not believed.
    private const int Omit = 5;

    /// <summary>Sets it for all that is sent from now on; false if the system does not know it.</summary>
    public static bool TrySet(int descriptor, bool isIPv4, bool dontFragment)
    {
        int value = dontFragment ? Probe : isIPv4 ? Omit : Dont;
        return SetSocketOption(
            descriptor,
            isIPv4 ? ControlMessages.IPv4Level : ControlMessages.IPv6Level,
            isIPv4 ? IPv4Option : IPv6Option,
            &value,
            sizeof(int)) == 0;
    }
}

namespace Relay.Core.Turn;

/// <summary>
/// Addresses that no stranger's packet should be sent to: IANA's special-purpose registries for IPv4 and IPv6 (RFC 6890), also
/// those entries that are reachable from everywhere, multicast, and of IPv6 everything outside 2000::/3, the only part that
/// is given out to networks.
/// </summary>
public static class SpecialPurposeAddresses
{
    private static readonly AddressRange[] IPv4 =
    [
        AddressRange.IPv4(0x00_00_00_00, 8),   // 0.0.0.0/8, "this network" (RFC 791): Linux connects 0.0.0.0 to itself
        AddressRange.IPv4(0x0A_00_00_00, 8),   // 10.0.0.0/8, private (RFC 1918)
        AddressRange.IPv4(0x64_40_00_00, 10),  // 100.64.0.0/10, shared by carriers' NATs (RFC 6598)
        AddressRange.IPv4(0x7F_00_00_00, 8),   // 127.0.0.0/8, loopback (RFC 1122)
        AddressRange.IPv4(0xA9_FE_00_00, 16),  // 169.254.0.0/16, link-local (RFC 3927), clouds' metadata services
        AddressRange.IPv4(0xAC_10_00_00, 12),  // 172.16.0.0/12, private
        AddressRange.IPv4(0xC0_00_00_00, 24),  // 192.0.0.0/24, protocol assignments (RFC 6890)
        AddressRange.IPv4(0xC0_00_02_00, 24),  // 192.0.2.0/24, documentation (RFC 5737)
        AddressRange.IPv4(0xC0_1F_C4_00, 24),  // 192.31.196.0/24, AS112 (RFC 7535)
        AddressRange.IPv4(0xC0_34_C1_00, 24),  // 192.52.193.0/24, AMT (RFC 7450)
        AddressRange.IPv4(0xC0_58_63_00, 24),  // 192.88.99.0/24, 6to4 relays (RFC 7526)
        AddressRange.IPv4(0xC0_A8_00_00, 16),  // 192.168.0.0/16, private
        AddressRange.IPv4(0xC0_AF_30_00, 24),  // 192.175.48.0/24, AS112 (RFC 7534)
        AddressRange.IPv4(0xC6_12_00_00, 15),  // 198.18.0.0/15, benchmarks (RFC 2544)
        AddressRange.IPv4(0xC6_33_64_00, 24),  // 198.51.100.0/24, documentation
        AddressRange.IPv4(0xCB_00_71_00, 24),  // 203.0.113.0/24, documentation
        AddressRange.IPv4(0xE0_00_00_00, 4),   // 224.0.0.0/4, multicast (RFC 5771)
        AddressRange.IPv4(0xF0_00_00_00, 4),   // 240.0.0.0/4, reserved (RFC 1112), with 255.255.255.255, broadcast
    ];

    private static readonly AddressRange[] IPv6 =
    [
        // Outside 2000::/3: unspecified, loopback, IPv4-compatible and -translated, NAT64 (RFC 6052, RFC 8215), discard-only
        // (RFC 6666), dummy (RFC 9780), segment routing (RFC 9602), unique local (RFC 4193), link-local, site-local, multicast.
        AddressRange.IPv6(0, 3),
        AddressRange.IPv6(High(0x4000_0000_0000_0000), 2),
        AddressRange.IPv6(High(0x8000_0000_0000_0000), 1),
        AddressRange.IPv6(High(0x2001_0000_0000_0000), 23), // protocol assignments (RFC 2928): Teredo, ORCHID, AMT
        AddressRange.IPv6(High(0x2001_0DB8_0000_0000), 32), // documentation (RFC 3849)
        AddressRange.IPv6(High(0x2002_0000_0000_0000), 16), // 6to4 (RFC 3056)
        AddressRange.IPv6(High(0x2620_004F_8000_0000), 48), // AS112 (RFC 7534)
        AddressRange.IPv6(High(0x3FFF_0000_0000_0000), 20), // documentation (RFC 9637)
    ];

    // Not one host's: no list of an operator makes a peer of them. 0100::/64 is what this relay calls its own streams by.
    private static readonly AddressRange[] Never =
    [
        AddressRange.IPv4(0x00_00_00_00, 8),
        AddressRange.IPv4(0xE0_00_00_00, 4),
        AddressRange.IPv4(0xFF_FF_FF_FF, 32),
        AddressRange.IPv6(0, 128),
        AddressRange.IPv6(High(0x0100_0000_0000_0000), 64),
        AddressRange.IPv6(High(0xFF00_0000_0000_0000), 8),
    ];

    /// <summary>Whether the address, IPv4-mapped for IPv4, is in one of the ranges.</summary>
    public static bool Contains(UInt128 address) => Contains(IPv4, address) || Contains(IPv6, address);

    /// <summary>
    /// Whether the address can be no peer's whatever the operator allows: unspecified, multicast, broadcast, or of the prefix
    /// that stands for streams and TURN peers inside this process.
    /// </summary>
    public static bool IsNeverAPeer(UInt128 address) => Contains(Never, address);

    /// <summary>Whether the address is in one of these ranges.</summary>
    internal static bool Contains(AddressRange[] ranges, UInt128 address)
    {
        foreach (AddressRange range in ranges)
        {
            if (range.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    private static UInt128 High(ulong bits) => new(bits, 0);
}

using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// The IPv4 addresses that an IPv6 address is finally about: a translator or tunnel on the way, or in this host, would send the
/// packet there. IPv4-mapped addresses are IPv4 addresses already (<see cref="TransportAddress"/>).
/// </summary>
/// <remarks>
/// <code>
/// IPv4-compatible  ::a.b.c.d                          RFC 4291 section 2.5.5.1; not :: and ::1
/// IPv4-translated  ::ffff:0:a.b.c.d                   RFC 2765 section 2.1
/// NAT64            64:ff9b::a.b.c.d                   RFC 6052 section 2.1
/// NAT64, local     64:ff9b:1::/48, any layout         RFC 8215, RFC 6052 section 2.2
/// 6to4             2002:aabb:ccdd::/48                RFC 3056 section 2
/// Teredo           2001:0:server:flags:port:~client   RFC 4380 section 4
/// ISATAP           any prefix, [02]00:5efe:a.b.c.d    RFC 5214 section 6.1
/// </code>
/// </remarks>
public static class AddressCanonicalForm
{
    /// <summary>The most forms that one address has, itself included.</summary>
    public const int FormsMax = 6;

    private const ulong Nat64Prefix = 0x0064_FF9B_0000_0000;
    private const ulong Nat64LocalPrefix = 0x0064_FF9B_0001;
    private const uint IsatapMark = 0x0000_5EFE;
    private const uint IsatapUniversalBit = 0x0200_0000;

    /// <summary>Writes the address itself and every IPv4 address in it; returns how many. Each has to be judged.</summary>
    /// <param name="address">IPv4-mapped for IPv4.</param>
    /// <param name="forms">Room for <see cref="FormsMax"/>.</param>
    public static int Collect(UInt128 address, Span<UInt128> forms)
    {
        forms[0] = address;
        int count = 1;
        if (new TransportAddress(address, 0).IsIPv4)
        {
            return count;
        }

        ulong high = (ulong)(address >> 64);
        ulong low = (ulong)address;
        if (EmbedsLowest(high, low))
        {
            Add((uint)low, forms, ref count);
        }
        else if (high >> 16 == Nat64LocalPrefix)
        {
            AddNat64Local(address, forms, ref count);
        }
        else if (high >> 48 == 0x2002)
        {
            Add((uint)(high >> 16), forms, ref count);
        }
        else if (high >> 32 == 0x2001_0000)
        {
            Add((uint)high, forms, ref count);
            Add(~(uint)low, forms, ref count);
        }

        if (((uint)(low >> 32) & ~IsatapUniversalBit) == IsatapMark)
        {
            Add((uint)low, forms, ref count);
        }

        return count;
    }

    private static bool EmbedsLowest(ulong high, ulong low) => high switch
    {
        0 => (low >> 32 == 0 && low > 1) || low >> 32 == 0xFFFF_0000,
        Nat64Prefix => low >> 32 == 0,
        _ => false,
    };

    // Which layout the translator uses is not known, so each counts that the address could be in: RFC 6052 wants bits 64 to 71
    // and all those behind the IPv4 address to be zero.
    private static void AddNat64Local(UInt128 address, Span<UInt128> forms, ref int count)
    {
        ulong high = (ulong)(address >> 64);
        ulong low = (ulong)address;
        bool isReservedZero = low >> 56 == 0;
        if (isReservedZero && low << 24 == 0)
        {
            Add((uint)((high << 16) | (low >> 40)), forms, ref count);
        }

        if (isReservedZero && low << 32 == 0)
        {
            Add((uint)((high << 24) | (low >> 32)), forms, ref count);
        }

        if (isReservedZero && low << 40 == 0)
        {
            Add((uint)(low >> 24), forms, ref count);
        }

        Add((uint)low, forms, ref count);
    }

    private static void Add(uint ipv4, Span<UInt128> forms, ref int count) =>
        forms[count++] = TransportAddress.FromIPv4(ipv4, 0).Address;
}

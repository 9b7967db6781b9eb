namespace Relay.Core.Primitives;

/// <summary>What stands behind a <see cref="VirtualAddress"/>.</summary>
public enum VirtualAddressKind : byte
{
    None,

    /// <summary>A connected TCP or TLS stream.</summary>
    Stream,

    /// <summary>A peer of a TURN allocation that is this relay's own media port: the hop between the two is a function call.</summary>
    TurnPeer,
}

/// <summary>
/// Remote addresses that no datagram comes from: a stream, or the far side of a TURN allocation in this process. They stand
/// wherever a <see cref="TransportAddress"/> names a remote, so that ICE, DTLS, SRTP and the flow table need to know nothing of
/// them, and lead straight to a table's entry. They lie in 0100::/64, the discard-only prefix (RFC 6666): a datagram
/// that claims to be from there is dropped before anybody sees it.
/// </summary>
/// <remarks>
/// <code>0100:0000:0000:0000 | kind (8 bits) | generation (24 bits) | slot (32 bits), port: index within the slot</code>
/// </remarks>
public static class VirtualAddress
{
    /// <summary>Generations wrap here.</summary>
    public const uint GenerationMask = 0xFF_FFFF;

    private const ulong Prefix = 0x0100_0000_0000_0000;
    private const int KindShift = 56;
    private const int GenerationShift = 32;

    /// <param name="kind">What it stands for.</param>
    /// <param name="slot">The table's entry, 0 or more.</param>
    /// <param name="generation">Tells the entry's present owner from earlier ones; its lowest 24 bits count.</param>
    /// <param name="index">One of several within the entry.</param>
    public static TransportAddress Of(VirtualAddressKind kind, int slot, uint generation, ushort index = 0) => new(
        new UInt128(Prefix, ((ulong)kind << KindShift) | ((ulong)(generation & GenerationMask) << GenerationShift) | (uint)slot),
        index);

    /// <summary>True for any address of 0100::/64.</summary>
    public static bool IsVirtual(in TransportAddress address) => (ulong)(address.Address >> 64) == Prefix;

    /// <summary><see cref="VirtualAddressKind.None"/> for what is on the wire.</summary>
    public static VirtualAddressKind KindOf(in TransportAddress address) =>
        IsVirtual(address) ? (VirtualAddressKind)((ulong)address.Address >> KindShift) : VirtualAddressKind.None;

    /// <summary>The table's entry; only meaningful if <see cref="IsVirtual"/>.</summary>
    public static int SlotOf(in TransportAddress address) => (int)(uint)address.Address;

    /// <summary>The entry's generation, 24 bits; only meaningful if <see cref="IsVirtual"/>.</summary>
    public static uint GenerationOf(in TransportAddress address) =>
        (uint)((ulong)address.Address >> GenerationShift) & GenerationMask;
}

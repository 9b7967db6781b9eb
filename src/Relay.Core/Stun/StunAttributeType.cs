namespace Relay.Core.Stun;

/// <summary>
/// Attribute types (RFC 8489 section 18.3, RFC 8445 section 20.1). A type below <see cref="FirstOptional"/> must be
/// understood by whoever gets it in a request ("comprehension-required").
/// </summary>
public static class StunAttributeType
{
    public const ushort Username = 0x0006;
    public const ushort MessageIntegrity = 0x0008;
    public const ushort ErrorCode = 0x0009;
    public const ushort UnknownAttributes = 0x000A;
    public const ushort XorMappedAddress = 0x0020;
    public const ushort Priority = 0x0024;
    public const ushort UseCandidate = 0x0025;

    /// <summary>Where the comprehension-optional types begin (RFC 8489 section 14).</summary>
    public const ushort FirstOptional = 0x8000;

    public const ushort Software = 0x8022;
    public const ushort Fingerprint = 0x8028;
    public const ushort IceControlled = 0x8029;
    public const ushort IceControlling = 0x802A;

    /// <summary>libwebrtc's renomination counter, 32 bits (draft-thatcher-ice-renomination).</summary>
    public const ushort Nomination = 0xC001;
}

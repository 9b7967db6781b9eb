namespace Relay.Core.Stun;

/// <summary>
/// Attribute types (IANA, STUN Attributes). A type below <see cref="FirstOptional"/> must be understood by whoever gets it
/// in a request ("comprehension-required", RFC 8489 section 14).
/// </summary>
public static class StunAttributeType
{
    // RFC 8489 section 18.3, comprehension-required.
    public const ushort MappedAddress = 0x0001;
    public const ushort Username = 0x0006;
    public const ushort MessageIntegrity = 0x0008;
    public const ushort ErrorCode = 0x0009;
    public const ushort UnknownAttributes = 0x000A;
    public const ushort Realm = 0x0014;
    public const ushort Nonce = 0x0015;
    public const ushort MessageIntegritySha256 = 0x001C;
    public const ushort PasswordAlgorithm = 0x001D;
    public const ushort UserHash = 0x001E;
    public const ushort XorMappedAddress = 0x0020;

    // RFC 8656 section 18, comprehension-required.
    public const ushort ChannelNumber = 0x000C;
    public const ushort Lifetime = 0x000D;
    public const ushort XorPeerAddress = 0x0012;
    public const ushort Data = 0x0013;
    public const ushort XorRelayedAddress = 0x0016;
    public const ushort RequestedAddressFamily = 0x0017;
    public const ushort EvenPort = 0x0018;
    public const ushort RequestedTransport = 0x0019;
    public const ushort DontFragment = 0x001A;
    public const ushort ReservationToken = 0x0022;

    /// <summary>RFC 6062 section 6.2.1.</summary>
    public const ushort ConnectionId = 0x002A;

    // RFC 8445 section 20.1.
    public const ushort Priority = 0x0024;
    public const ushort UseCandidate = 0x0025;

    // RFC 5780 section 7, comprehension-required.
    public const ushort ChangeRequest = 0x0003;
    public const ushort Padding = 0x0026;
    public const ushort ResponsePort = 0x0027;

    /// <summary>Where the comprehension-optional types begin (RFC 8489 section 14).</summary>
    public const ushort FirstOptional = 0x8000;

    // RFC 8656 section 18, comprehension-optional.
    public const ushort AdditionalAddressFamily = 0x8000;
    public const ushort AddressErrorCode = 0x8001;
    public const ushort Icmp = 0x8004;

    // RFC 8489 section 18.3, comprehension-optional.
    public const ushort PasswordAlgorithms = 0x8002;
    public const ushort AlternateDomain = 0x8003;
    public const ushort Software = 0x8022;
    public const ushort AlternateServer = 0x8023;
    public const ushort Fingerprint = 0x8028;

    // RFC 8445 section 20.1.
    public const ushort IceControlled = 0x8029;
    public const ushort IceControlling = 0x802A;

    // RFC 5780 section 7, comprehension-optional.
    public const ushort ResponseOrigin = 0x802B;
    public const ushort OtherAddress = 0x802C;

    /// <summary>RFC 8016 section 3.4.</summary>
    public const ushort MobilityTicket = 0x8030;

    /// <summary>libwebrtc's renomination counter, 32 bits (draft-thatcher-ice-renomination).</summary>
    public const ushort Nomination = 0xC001;
}

namespace Relay.Host.Configuration;

/// <summary>
/// What a value of one option may be. The binder, the start-up check and the test that holds config/relay.json and
/// config/relay.schema.json to the code all read it, so a range is written down once.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class OptionAttribute : Attribute
{
    /// <summary>Smallest number allowed, inclusive; numbers only.</summary>
    public long Min { get; init; } = long.MinValue;

    /// <summary>Largest number allowed, inclusive; numbers only.</summary>
    public long Max { get; init; } = long.MaxValue;

    /// <summary>What the number counts: "seconds", "bytes", "sessions".</summary>
    public string Unit { get; init; } = string.Empty;

    /// <summary>What a text, or each item of a list, must look like.</summary>
    public OptionFormat Format { get; init; }

    /// <summary>Largest number of items; lists only.</summary>
    public int MaxItems { get; init; } = 64;

    /// <summary>Whether a number is in the range.</summary>
    public bool Allows(long value) => value >= Min && value <= Max;
}

/// <summary>The shapes of text options.</summary>
internal enum OptionFormat
{
    /// <summary>Anything.</summary>
    Text,

    /// <summary>An http:// address to listen on, without a path.</summary>
    ListenUrl,

    /// <summary>The same, or nothing.</summary>
    OptionalListenUrl,

    /// <summary>A key of 16 to 256 printable ASCII characters, or nothing; never shown.</summary>
    Secret,

    /// <summary>A key of 16 to 256 printable ASCII characters; never shown.</summary>
    SharedSecret,

    /// <summary>A user as name:password; never shown.</summary>
    User,

    /// <summary>A web origin ("https://chat.example", no path) or "*".</summary>
    Origin,

    /// <summary>An IPv4 or IPv6 address.</summary>
    Address,

    /// <summary>An IPv4 or IPv6 address that a browser can send to: not a wildcard.</summary>
    ReachableAddress,

    /// <summary>An address, or a network as address/prefix.</summary>
    Network,

    /// <summary>An address, a network as address/prefix, or a range as address-address.</summary>
    AddressRange,

    /// <summary>An address and a port.</summary>
    EndPoint,

    /// <summary>A tcp:// address to listen on.</summary>
    StreamListenUrl,

    /// <summary>A DNS name or an address, or nothing.</summary>
    OptionalHost,

    /// <summary>The realm of long-term credentials.</summary>
    Realm,

    /// <summary>Whom TURN clients may reach.</summary>
    PeerMode,

    /// <summary>The number of a processor, from 0.</summary>
    Processor,

    /// <summary>The name of an SRTP protection profile.</summary>
    SrtpProfile,
}

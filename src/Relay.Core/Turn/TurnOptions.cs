using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>Limits of one worker's TURN server, and what it tells its clients.</summary>
public sealed record TurnOptions
{
    /// <summary>The most allocations that a server can be told to take.</summary>
    public const int AllocationsLimit = 131_072;

    /// <summary>The most permissions or channels that an allocation can be told to take: they are searched one by one.</summary>
    public const int PeersLimit = 256;

    /// <summary>The most reserved ports.</summary>
    public const int ReservationsLimit = 65_536;

    /// <summary>The most ports of each family that are shared: one is looked for among all.</summary>
    public const int SharedPortsLimit = 4096;

    /// <summary>The most TCP connections that a server can be told to take.</summary>
    public const int ConnectionsLimit = 65_536;

    public static readonly TurnOptions Default = new();

    /// <summary>Unix time at <see cref="Instant.Zero"/>, in seconds: credentials end by it. Default 0, for tests.</summary>
    public long UnixSecondsAtZero { get; init; }

    /// <summary>The IPv4 address of relayed addresses, as peers see it; its port does not matter. Default none.</summary>
    public TransportAddress? RelayIPv4 { get; init; }

    /// <summary>The IPv6 address of relayed addresses; its port does not matter. Default none.</summary>
    public TransportAddress? RelayIPv6 { get; init; }

    /// <summary>The first port of relayed addresses, 1 to 65535. Default 49152.</summary>
    public int RelayPortMin { get; init; } = 49_152;

    /// <summary>The last one, at least one above the first. Default 65535.</summary>
    public int RelayPortMax { get; init; } = 65_535;

    /// <summary>
    /// Ports that one allocation has alone, those reserved by EVEN-PORT among them, 0 or more. Beyond, allocations share.
    /// Default 262,144: as many as there are.
    /// </summary>
    public int OwnPortsMax { get; init; } = 262_144;

    /// <summary>
    /// Ports of each family that allocations share, 0 to <see cref="SharedPortsLimit"/>, kept free in the range. 0, the
    /// default: none do.
    /// </summary>
    public int SharedPortsMax { get; init; }

    /// <summary>
    /// Allocations at once, and ports that wait for their RESERVATION-TOKEN, which count as one each here and in the two limits
    /// below; 1 to <see cref="AllocationsLimit"/>. Default 10,000.
    /// </summary>
    public int AllocationsMax { get; init; } = 10_000;

    /// <summary>Allocations of one user name, 1 or more. Default 16: a browser makes one for each server and interface.</summary>
    public int AllocationsPerUserMax { get; init; } = 16;

    /// <summary>Allocations from one IPv4 address or IPv6 /64, 1 or more. Default 256: many users share one address.</summary>
    public int AllocationsPerSourceMax { get; init; } = 256;

    /// <summary>The shortest and usual lifetime, 60 s to an hour. Default 600 s (RFC 8656 section 3.2).</summary>
    public TimeSpan LifetimeMin { get; init; } = TimeSpan.FromSeconds(600);

    /// <summary>The longest lifetime that a client gets, <see cref="LifetimeMin"/> to a day. Default 3600 s.</summary>
    public TimeSpan LifetimeMax { get; init; } = TimeSpan.FromSeconds(3600);

    /// <summary>Addresses that one allocation may have permissions for, 1 to <see cref="PeersLimit"/>. Default 64.</summary>
    public int PermissionsMax { get; init; } = 64;

    /// <summary>Channels of one allocation, 1 to <see cref="PeersLimit"/>. Default 64.</summary>
    public int ChannelsMax { get; init; } = 64;

    /// <summary>TCP connections to peers at once, 1 to <see cref="ConnectionsLimit"/>. Default 4096.</summary>
    public int ConnectionsMax { get; init; } = 4096;

    /// <summary>Those of one allocation, 1 to <see cref="PeersLimit"/>. Default 16.</summary>
    public int ConnectionsPerAllocationMax { get; init; } = 16;

    /// <summary>Those of one allocation that no data connection is bound to yet, 1 or more. Default 8.</summary>
    public int UnboundConnectionsMax { get; init; } = 8;

    /// <summary>Connects a second by clients of one IPv4 /24 or IPv6 /56, 1 to 1,000,000. Default 10.</summary>
    public int ConnectsPerSecond { get; init; } = 10;

    /// <summary>Connects by them at once, 1 to 1,000,000. Default 100.</summary>
    public int ConnectsBurst { get; init; } = 100;

    /// <summary>The worker's number, 0 to 255, which connection ids carry. Default 0.</summary>
    public int Worker { get; init; }

    /// <summary>Takes channel numbers up to 0x7FFE, as RFC 5766 did, instead of 0x4FFF. Default false.</summary>
    public bool AllowWideChannels { get; init; }

    /// <summary>Ports reserved by EVEN-PORT at once, 1 to <see cref="ReservationsLimit"/>. Default 256.</summary>
    public int ReservationsMax { get; init; } = 256;

    /// <summary>Lets allocations move to another client address by MOBILITY-TICKET (RFC 8016). Default false.</summary>
    public bool AllowMobility { get; init; }

    /// <summary>Bytes a second of one allocation, both ways together; 0 for no limit. Default 2,000,000.</summary>
    public long AllocationBytesPerSecond { get; init; } = 2_000_000;

    /// <summary>Bytes a second of all allocations, both ways together; 0, the default, for no limit.</summary>
    public long TotalBytesPerSecond { get; init; }

    /// <summary>Unauthenticated answers a second to one IPv4 /24 or IPv6 /56, 1 to 1,000,000. Default 50.</summary>
    public int AnswersPerSecond { get; init; } = 50;

    /// <summary>Such answers to one prefix at once, 1 to 1,000,000. Default 200.</summary>
    public int AnswersBurst { get; init; } = 200;

    /// <summary>Prefixes whose answers are counted, 4 to 1,048,576, 16 bytes each. Default 16,384.</summary>
    public int AnswerPrefixes { get; init; } = 16_384;

    /// <summary>Where clients that come over IPv4 are sent while draining (ALTERNATE-SERVER). Default none.</summary>
    public TransportAddress? AlternateIPv4 { get; init; }

    /// <summary>The same for those that come over IPv6. Default none.</summary>
    public TransportAddress? AlternateIPv6 { get; init; }

    /// <exception cref="InvalidOperationException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Invariant.Holds(UnixSecondsAtZero >= 0, "TurnOptions.UnixSecondsAtZero is not negative");
        Invariant.Holds(RelayIPv4 is null or { IsIPv4: true }, "TurnOptions.RelayIPv4 is IPv4");
        Invariant.Holds(RelayIPv6 is null or { IsIPv4: false }, "TurnOptions.RelayIPv6 is IPv6");
        Invariant.Holds(RelayPortMin is >= 1 and < ushort.MaxValue, "TurnOptions.RelayPortMin is a port below 65535");
        Invariant.Holds(
            RelayPortMax > RelayPortMin && RelayPortMax <= ushort.MaxValue, "TurnOptions.RelayPortMax is a port above the first");
        Invariant.Holds(OwnPortsMax >= 0, "TurnOptions.OwnPortsMax is not negative");
        Invariant.Holds(SharedPortsMax is >= 0 and <= SharedPortsLimit, "TurnOptions.SharedPortsMax is 0 to 4096");
        Invariant.Holds(AllocationsMax is >= 1 and <= AllocationsLimit, "TurnOptions.AllocationsMax is 1 to 131072");
        Invariant.Holds(AllocationsPerUserMax >= 1, "TurnOptions.AllocationsPerUserMax is positive");
        Invariant.Holds(AllocationsPerSourceMax >= 1, "TurnOptions.AllocationsPerSourceMax is positive");
        Invariant.Holds(
            LifetimeMin >= TimeSpan.FromMinutes(1) && LifetimeMin <= TimeSpan.FromHours(1),
            "TurnOptions.LifetimeMin is a minute to an hour");
        Invariant.Holds(
            LifetimeMax >= LifetimeMin && LifetimeMax <= TimeSpan.FromDays(1), "TurnOptions.LifetimeMax is the least to a day");
        Invariant.Holds(PermissionsMax is >= 1 and <= PeersLimit, "TurnOptions.PermissionsMax is 1 to 256");
        Invariant.Holds(ChannelsMax is >= 1 and <= PeersLimit, "TurnOptions.ChannelsMax is 1 to 256");
        Invariant.Holds(ReservationsMax is >= 1 and <= ReservationsLimit, "TurnOptions.ReservationsMax is 1 to 65536");
        Invariant.Holds(ConnectionsMax is >= 1 and <= ConnectionsLimit, "TurnOptions.ConnectionsMax is 1 to 65536");
        Invariant.Holds(
            ConnectionsPerAllocationMax is >= 1 and <= PeersLimit, "TurnOptions.ConnectionsPerAllocationMax is 1 to 256");
        Invariant.Holds(UnboundConnectionsMax >= 1, "TurnOptions.UnboundConnectionsMax is positive");
        Invariant.Holds(ConnectsPerSecond is >= 1 and <= 1_000_000, "TurnOptions.ConnectsPerSecond is 1 to 1000000");
        Invariant.Holds(ConnectsBurst is >= 1 and <= 1_000_000, "TurnOptions.ConnectsBurst is 1 to 1000000");
        Invariant.Holds(Worker is >= 0 and <= byte.MaxValue, "TurnOptions.Worker is 0 to 255");
        Invariant.Holds(AllocationBytesPerSecond >= 0, "TurnOptions.AllocationBytesPerSecond is not negative");
        Invariant.Holds(TotalBytesPerSecond >= 0, "TurnOptions.TotalBytesPerSecond is not negative");
        Invariant.Holds(AnswersPerSecond is >= 1 and <= 1_000_000, "TurnOptions.AnswersPerSecond is 1 to 1000000");
        Invariant.Holds(AnswersBurst is >= 1 and <= 1_000_000, "TurnOptions.AnswersBurst is 1 to 1000000");
        Invariant.Holds(AnswerPrefixes is >= 4 and <= 1 << 20, "TurnOptions.AnswerPrefixes is 4 to 1048576");
        Invariant.Holds(AlternateIPv4 is null or { IsIPv4: true }, "TurnOptions.AlternateIPv4 is IPv4");
        Invariant.Holds(AlternateIPv6 is null or { IsIPv4: false }, "TurnOptions.AlternateIPv6 is IPv6");
    }
}

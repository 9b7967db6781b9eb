namespace Relay.Host.Configuration;

/// <summary>
/// STUN and TURN on the media ports, and over TCP and TLS where Listen says. Peers are this relay's own media ports unless Peers
/// is public. Limits are each worker's own.
/// </summary>
public sealed class TurnServiceOptions
{
    /// <summary>
    /// Answers STUN and TURN, and puts iceServers into the answer to a new session, if there are any to name. Default true: with
    /// Peers at own nobody is reached through it but this relay.
    /// </summary>
    [Option]
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// Where TURN listens for TCP and TLS, told apart by their first byte: tcp://address:port, tcp://0.0.0.0:443 or
    /// tcp://[::]:443; port 0 takes a free one, which iceServers do not name. Default none: UDP only. TLS needs
    /// Tls:CertificateFile.
    /// </summary>
    [Option(Format = OptionFormat.StreamListenUrl, MaxItems = 8)]
    public IReadOnlyList<string> Listen { get; set; } = [];

    /// <summary>
    /// The name or address that iceServers carry: for TLS the certificate must be for it. Default empty: the first announced
    /// media address. Risk: a name that leads to another host keeps clients out.
    /// </summary>
    [Option(Format = OptionFormat.OptionalHost)]
    public string Host { get; set; } = string.Empty;

    /// <summary>
    /// Names TURN over UDP in iceServers too, for pages that set iceTransportPolicy to relay. Default false: it is on the media
    /// port, which whoever may send UDP reaches directly. Risk: Chromium and Safari hand everything that comes from a TURN
    /// server's address to TURN, so their direct way to the same port fails and all their media takes the detour.
    /// </summary>
    [Option]
    public bool OfferUdp { get; set; }

    /// <summary>
    /// The realm of long-term credentials: 1 to 16 printable ASCII characters without quotes and backslashes, since every 401
    /// carries it and must stay short. Default relay. Risk: clients that keep hashed keys need new ones when it changes.
    /// </summary>
    [Option(Format = OptionFormat.Realm)]
    public string Realm { get; set; } = "relay";

    /// <summary>
    /// Secrets of time-limited credentials, 16 to 256 printable ASCII characters without spaces each, at most 8: all are
    /// good, the first one makes new ones. Default none: one is drawn at start, which ends all credentials with the process.
    /// Risk: who has one can use the server as anybody; give them by environment or file.
    /// </summary>
    [Option(Format = OptionFormat.SharedSecret, MaxItems = 8)]
    public IReadOnlyList<string> Secrets { get; set; } = [];

    /// <summary>
    /// Static users as name:password, printable ASCII; the name has no colon. Default none, at most 64. Risk: a password can be
    /// guessed from one recorded message, so take long random ones.
    /// </summary>
    [Option(Format = OptionFormat.User)]
    public IReadOnlyList<string> Users { get; set; } = [];

    /// <summary>
    /// Validity of the credentials in iceServers and of those that turn-credentials makes. Default 43200, 60 to 604800 seconds.
    /// Risk: short times cut off clients that stay long and use TURN.
    /// </summary>
    [Option(Min = 60, Max = 604_800, Unit = "seconds")]
    public int CredentialSeconds { get; set; } = 43_200;

    /// <summary>
    /// Whom clients may reach: own (this relay's media ports, in process) or public (any public address as well). Default own.
    /// Risk of public: strangers' packets leave from this host's address, and need a relay port range open in the firewall.
    /// </summary>
    [Option(Format = OptionFormat.PeerMode)]
    public string Peers { get; set; } = "own";

    /// <summary><see cref="Peers"/> is public.</summary>
    public bool ReachesPublicPeers => Peers.Equals("public", StringComparison.Ordinal);

    /// <summary>
    /// Addresses, networks or ranges (10.0.0.0/8, 192.0.2.1-192.0.2.9) that are peers although they are special-purpose or the
    /// host's own; with Peers at own, relayed addresses that clients may reach each other by. Default none. Risk: opens what lies
    /// there to every client.
    /// </summary>
    [Option(Format = OptionFormat.AddressRange, MaxItems = 256)]
    public IReadOnlyList<string> AllowedPeers { get; set; } = [];

    /// <summary>
    /// Addresses, networks or ranges that are never peers; wins over AllowedPeers. Default none. Special-purpose ranges and the
    /// host's own addresses are denied anyway.
    /// </summary>
    [Option(Format = OptionFormat.AddressRange, MaxItems = 256)]
    public IReadOnlyList<string> DeniedPeers { get; set; } = [];

    /// <summary>
    /// First port of relayed addresses. Default 49152, 1024 to 65534. They are bound only with Peers at public.
    /// </summary>
    [Option(Min = 1024, Max = 65_534, Unit = "port")]
    public int RelayPortMin { get; set; } = 49_152;

    /// <summary>
    /// Last port of relayed addresses, above RelayPortMin. Default 65535, 1025 to 65535. Risk: in a small range ports can be
    /// guessed, and run out.
    /// </summary>
    [Option(Min = 1025, Max = 65_535, Unit = "port")]
    public int RelayPortMax { get; set; } = 65_535;

    /// <summary>
    /// Relay ports of one worker that one allocation has alone, a descriptor each. Allocations beyond share ports. Default 4096,
    /// 0 to 65536 ports, and three quarters of the port range for all workers at most. Takes effect only with Peers at public.
    /// </summary>
    [Option(Min = 0, Max = 65_536, Unit = "ports")]
    public int OwnPortsPerWorker { get; set; } = 4096;

    /// <summary>
    /// Relay ports of one worker, for each family, that allocations share when there is none left for one alone; a quarter of
    /// the port range for all workers at most. Default 256, 0 to 4096 ports; 0 refuses allocations instead (508). Risk: on a
    /// shared port an address that one client has a permission for is refused to the others (508), and they may talk to the same
    /// media server; few ports make that likely.
    /// </summary>
    [Option(Min = 0, Max = 4096, Unit = "ports")]
    public int SharedPortsPerWorker { get; set; } = 256;

    /// <summary>Allocations of one worker at once; beyond, 508. Default 10000, 1 to 131072 allocations.</summary>
    [Option(Min = 1, Max = 131_072, Unit = "allocations")]
    public int AllocationsPerWorker { get; set; } = 10_000;

    /// <summary>
    /// Allocations of one user name; beyond, 486. Default 16, 1 to 131072 allocations. Risk: a browser makes one for each server,
    /// transport and network interface.
    /// </summary>
    [Option(Min = 1, Max = 131_072, Unit = "allocations")]
    public int AllocationsPerUser { get; set; } = 16;

    /// <summary>
    /// Allocations from one IPv4 address or IPv6 /64; beyond, 486. Default 256, 1 to 131072 allocations. Risk: mobile networks
    /// put thousands of people behind one address.
    /// </summary>
    [Option(Min = 1, Max = 131_072, Unit = "allocations")]
    public int AllocationsPerSource { get; set; } = 256;

    /// <summary>Addresses that one allocation may have permissions for. Default 64, 1 to 256 permissions.</summary>
    [Option(Min = 1, Max = 256, Unit = "permissions")]
    public int PermissionsPerAllocation { get; set; } = 64;

    /// <summary>Channels of one allocation. Default 64, 1 to 256 channels.</summary>
    [Option(Min = 1, Max = 256, Unit = "channels")]
    public int ChannelsPerAllocation { get; set; } = 64;

    /// <summary>
    /// Bytes that one allocation may carry, both ways together; packets beyond are lost. Default 2000000, 0 to 2000000000 bytes
    /// per second, 0 for no limit. Risk: below 500000, video suffers.
    /// </summary>
    [Option(Min = 0, Max = 2_000_000_000, Unit = "bytes per second")]
    public int BytesPerSecondPerAllocation { get; set; } = 2_000_000;

    /// <summary>
    /// Bytes that all allocations of one worker may carry, both ways together; packets beyond are lost. Default 0, 0 to
    /// 2000000000 bytes per second, 0 for no limit.
    /// </summary>
    [Option(Min = 0, Max = 2_000_000_000, Unit = "bytes per second")]
    public int BytesPerSecondPerWorker { get; set; }

    /// <summary>
    /// Answers to requests without good credentials (also STUN Binding) that one worker gives to one IPv4 /24 or IPv6 /56 in the
    /// long run; beyond, none. Default 50, 1 to 1000000 answers per second. Risk: high values let forged sources aim answers at
    /// a third party; each is at most 1.6 times its question.
    /// </summary>
    [Option(Min = 1, Max = 1_000_000, Unit = "answers per second")]
    public int AnswersPerPrefixPerSecond { get; set; } = 50;

    /// <summary>Such answers at once. Default 200, 1 to 1000000 answers.</summary>
    [Option(Min = 1, Max = 1_000_000, Unit = "answers")]
    public int AnswersPerPrefixBurst { get; set; } = 200;

    /// <summary>
    /// How long an allocation lives unless it is refreshed or its client asks for longer. Default 600, 60 to 3600 seconds.
    /// </summary>
    [Option(Min = 60, Max = 3600, Unit = "seconds")]
    public int LifetimeSeconds { get; set; } = 600;

    /// <summary>The longest lifetime that a client gets, not below LifetimeSeconds. Default 3600, 60 to 86400 seconds.</summary>
    [Option(Min = 60, Max = 86_400, Unit = "seconds")]
    public int LifetimeMaxSeconds { get; set; } = 3600;

    /// <summary>
    /// Takes channel numbers 0x5000 to 0x7FFE too, as RFC 5766 did (RFC 8656 ends at 0x4FFF). Default false. Old clients,
    /// coturn's among them, need it.
    /// </summary>
    [Option]
    public bool AllowWideChannels { get; set; }

    /// <summary>
    /// Lets an allocation move to another client address with a ticket (RFC 8016). Default false. Risk: who steals a ticket and
    /// the credentials takes over the allocation.
    /// </summary>
    [Option]
    public bool Mobility { get; set; }

    /// <summary>
    /// Gives out TCP allocations too (RFC 6062), to clients that come over TCP or TLS. Default false. Takes effect only with
    /// Peers at public. Risk: strangers' TCP connections leave from this host's address, and peers' come to the relay port range.
    /// </summary>
    [Option]
    public bool TcpAllocations { get; set; }

    /// <summary>TCP connections to peers of one allocation; beyond, 508. Default 16, 1 to 256 connections.</summary>
    [Option(Min = 1, Max = 256, Unit = "connections")]
    public int TcpConnectionsPerAllocation { get; set; } = 16;

    /// <summary>TCP connections to peers of one worker; beyond, 508. Default 4096, 1 to 65536 connections.</summary>
    [Option(Min = 1, Max = 65_536, Unit = "connections")]
    public int TcpConnectionsPerWorker { get; set; } = 4096;

    /// <summary>
    /// TCP connections to peers that clients of one IPv4 /24 or IPv6 /56 may begin at one worker in the long run, and ten times
    /// as many at once; beyond, 508. Default 10, 1 to 100000 connections per second. Risk: high values let clients scan ports from
    /// this host's address.
    /// </summary>
    [Option(Min = 1, Max = 100_000, Unit = "connections per second")]
    public int TcpConnectsPerPrefixPerSecond { get; set; } = 10;

    /// <summary>
    /// Where new clients are sent while this relay drains: address:port, at most one of IPv4 and one of IPv6. Default none: they
    /// get 508.
    /// </summary>
    [Option(Format = OptionFormat.EndPoint, MaxItems = 2)]
    public IReadOnlyList<string> AlternateServers { get; set; } = [];

    /// <summary>
    /// TCP and TLS connections of one worker at once; the next is closed. Default 10000, 1 to 32768 connections.
    /// </summary>
    [Option(Min = 1, Max = 32_768, Unit = "connections")]
    public int StreamsPerWorker { get; set; } = 10_000;

    /// <summary>
    /// Addresses or networks of load balancers in front of Listen, whose connections must begin with a PROXY protocol header, v1
    /// or v2, before TLS. Default none: no header is read. Risk: whoever connects from there can claim any client address.
    /// </summary>
    [Option(Format = OptionFormat.Network)]
    public IReadOnlyList<string> TrustedProxies { get; set; } = [];

    /// <summary>
    /// Two local address:port, with two addresses of one family and two ports, for NAT behaviour discovery (RFC 5780): Binding is
    /// answered on all four combinations. Default none: off. The ports must not be used by Media:Port or anything else.
    /// </summary>
    [Option(Format = OptionFormat.EndPoint, MaxItems = 2)]
    public IReadOnlyList<string> Discovery { get; set; } = [];

    /// <summary>
    /// The two addresses that clients are told instead of those in Discovery, in its order, if a NAT in front of this host
    /// translates one to the other. Default none. Risk: a wrong one makes clients find NATs that are not there.
    /// </summary>
    [Option(Format = OptionFormat.ReachableAddress, MaxItems = 2)]
    public IReadOnlyList<string> DiscoveryAnnounced { get; set; } = [];
}

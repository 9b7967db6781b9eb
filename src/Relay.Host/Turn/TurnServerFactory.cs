using System.Net;
using Relay.Core.Buffers;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Workers;

namespace Relay.Host.Turn;

/// <summary>
/// Makes what each worker needs for TURN. Credentials and nonces are one for all of them: what one worker gave out, any other
/// takes.
/// </summary>
internal sealed class TurnServerFactory
{
    private const int ConnectsBurstSeconds = 10;

    // RFC 8656 section 5: at most an hour.
    private static readonly TimeSpan NonceLifetime = TimeSpan.FromMinutes(30);

    private readonly TurnServiceOptions _options;
    private readonly IPAddress _bind;
    private readonly RelayPortPlan _ports;
    private readonly TurnCredentials _credentials;
    private readonly TurnNonce _nonce;
    private readonly long _unixSecondsAtZero;

    /// <param name="options">Checked options, with at least one secret.</param>
    /// <param name="random">Fit for keys.</param>
    /// <param name="time">The time of day, by which credentials end.</param>
    public TurnServerFactory(RelayOptions options, RandomSource random, TimeProvider time)
    {
        _options = options.Turn;
        _bind = IPAddress.Parse(options.Media.BindAddress);
        _ports = RelayPortPlan.Of(_options, options.Media.Workers);
        _credentials = new TurnCredentials(_options.Realm, [.. _options.Users.Select(ToUser)], _options.Secrets);
        _nonce = new TurnNonce(NonceLifetime, random);
        _unixSecondsAtZero = time.GetUtcNow().ToUnixTimeSeconds() - (MonotonicClock.Now.Ticks / TimeSpan.TicksPerSecond);
    }

    /// <summary>True if relayed addresses are sockets, for public peers.</summary>
    public bool IsPublic => _options.ReachesPublicPeers;

    /// <summary>The TCP and TLS streams of a worker.</summary>
    public StreamTable CreateStreams(Action wake) =>
        new(new StreamTableOptions { StreamsMax = _options.StreamsPerWorker }, wake);

    /// <summary>The relay ports of a worker; null for none.</summary>
    public RelayPorts? CreatePorts(PacketPool pool) =>
        IsPublic ? new RelayPorts(_bind, _ports.Own + (2 * _ports.Shared), pool) : null;

    /// <summary>The TCP sockets of a worker's allocations; null if it needs none.</summary>
    public PeerSockets? CreatePeerSockets(StreamTable streams, Action wake) => IsPublic && _options.TcpAllocations
        ? new PeerSockets(_bind, streams, _options.BytesPerSecondPerAllocation, _options.BytesPerSecondPerWorker, wake)
        : null;

    /// <summary>Where clients reach the TCP ports for ICE-TCP; a port that the system chooses is known to nobody.</summary>
    public IReadOnlyList<TransportAddress> ResolveTcpCandidates(MediaOptions media) =>
    [
        .. _options.Listen
            .Select(text => ListenAddress.TryParseStream(text, out ListenAddress? listen) && listen.Port > 0 ? listen : null)
            .OfType<ListenAddress>()
            .SelectMany(listen => AnnouncedAddresses.Resolve(media, listen.Address, listen.Port)),
    ];

    /// <param name="announced">The addresses of the worker's media port as clients are told, best first.</param>
    /// <param name="ports">From <see cref="CreatePorts"/>.</param>
    /// <param name="peers">From <see cref="CreatePeerSockets"/>.</param>
    /// <param name="worker">The worker's number.</param>
    /// <param name="streams">From <see cref="CreateStreams"/>.</param>
    public TurnSettings CreateSettings(
        IReadOnlyList<TransportAddress> announced,
        RelayPorts? ports,
        PeerSockets? peers = null,
        int worker = 0,
        StreamTable? streams = null) => new()
        {
            Options = CreateOptions(announced) with { Worker = worker },
            Connections = peers,
            Streams = streams,
            Credentials = _credentials,
            Nonce = _nonce,
            Ports = ports,
            Policy = new PeerPolicy(new PeerPolicyOptions
            {
                Mode = IsPublic ? PeerMode.Public : PeerMode.OwnMedia,
                OwnMedia = announced,
                HostAddresses = [.. announced, .. AnnouncedAddresses.OfHost()],
                Allowed = [.. _options.AllowedPeers.Select(ToRange)],
                Denied = [.. _options.DeniedPeers.Select(ToRange)],
            }),
        };

    private TurnOptions CreateOptions(IReadOnlyList<TransportAddress> announced) => new()
    {
        UnixSecondsAtZero = _unixSecondsAtZero,
        RelayIPv4 = FirstOf(announced, isIPv4: true),
        RelayIPv6 = FirstOf(announced, isIPv4: false),
        RelayPortMin = _options.RelayPortMin,
        RelayPortMax = _options.RelayPortMax,
        OwnPortsMax = _ports.Own,
        SharedPortsMax = _ports.Shared,
        AllocationsMax = _options.AllocationsPerWorker,
        AllocationsPerUserMax = _options.AllocationsPerUser,
        AllocationsPerSourceMax = _options.AllocationsPerSource,
        LifetimeMin = TimeSpan.FromSeconds(_options.LifetimeSeconds),
        LifetimeMax = TimeSpan.FromSeconds(_options.LifetimeMaxSeconds),
        PermissionsMax = _options.PermissionsPerAllocation,
        ChannelsMax = _options.ChannelsPerAllocation,
        ConnectionsMax = _options.TcpConnectionsPerWorker,
        ConnectionsPerAllocationMax = _options.TcpConnectionsPerAllocation,
        ConnectsPerSecond = _options.TcpConnectsPerPrefixPerSecond,
        ConnectsBurst = ConnectsBurstSeconds * _options.TcpConnectsPerPrefixPerSecond,
        AllowWideChannels = _options.AllowWideChannels,
        AllowMobility = _options.Mobility,
        AllocationBytesPerSecond = _options.BytesPerSecondPerAllocation,
        TotalBytesPerSecond = _options.BytesPerSecondPerWorker,
        AnswersPerSecond = _options.AnswersPerPrefixPerSecond,
        AnswersBurst = _options.AnswersPerPrefixBurst,
        AlternateIPv4 = FirstOf([.. _options.AlternateServers.Select(ToAddress)], isIPv4: true),
        AlternateIPv6 = FirstOf([.. _options.AlternateServers.Select(ToAddress)], isIPv4: false),
    };

    private static TransportAddress? FirstOf(IReadOnlyList<TransportAddress> addresses, bool isIPv4)
    {
        foreach (TransportAddress address in addresses)
        {
            if (address.IsIPv4 == isIPv4)
            {
                return address;
            }
        }

        return null;
    }

    private static TransportAddress ToAddress(string text) => TransportAddress.FromEndPoint(IPEndPoint.Parse(text));

    private static AddressRange ToRange(string text) => AddressRange.TryParse(text, out AddressRange range)
        ? range
        : throw new ArgumentException("Options are checked before they are used.", nameof(text));

    private static TurnUser ToUser(string text)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        return new TurnUser(text[..colon], text[(colon + 1)..]);
    }
}

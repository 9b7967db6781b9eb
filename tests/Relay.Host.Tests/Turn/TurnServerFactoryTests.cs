using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Turn;
using Relay.Host.Configuration;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TurnServerFactoryTests
{
    private static readonly TransportAddress Announced = TransportAddress.FromIPv4(0xC633_6401, 40_000);
    private static readonly TransportAddress AnnouncedIPv6 = new(new UInt128(0x2001_0DB8_0000_0000, 1), 40_000);

    [Fact]
    public void By_default_peers_are_the_workers_own_media_addresses_and_no_port_is_opened()
    {
        TurnServerFactory factory = Create(new RelayOptions());
        using var pool = new Platform.CheckedPool(4);
        Assert.Null(factory.CreatePorts(pool.Pool));
        TurnSettings settings = factory.CreateSettings([Announced, AnnouncedIPv6], null);

        Assert.Equal(PeerVerdict.OwnMedia, settings.Policy.Judge(Announced));
        Assert.Equal(PeerVerdict.Denied, settings.Policy.Judge(Announced with { Port = 40_001 }));
        Assert.Equal(PeerVerdict.Denied, settings.Policy.Judge(TransportAddress.FromIPv4(0x0808_0808, 53)));
        Assert.Equal((Announced, AnnouncedIPv6), (settings.Options.RelayIPv4!.Value, settings.Options.RelayIPv6!.Value));
    }

    [Fact]
    public void Public_peers_get_ports_and_the_hosts_own_addresses_stay_denied()
    {
        var options = new RelayOptions();
        options.Turn.Peers = "public";
        options.Turn.DeniedPeers = ["9.9.9.0/24"];
        TurnServerFactory factory = Create(options);
        using var pool = new Platform.CheckedPool(4);
        using RelayPorts? ports = factory.CreatePorts(pool.Pool);
        PeerPolicy policy = factory.CreateSettings([Announced], ports).Policy;

        Assert.NotNull(ports);
        Assert.Equal(PeerVerdict.Public, policy.Judge(TransportAddress.FromIPv4(0x0808_0808, 53)));
        Assert.Equal(PeerVerdict.Denied, policy.Judge(TransportAddress.FromIPv4(0x0909_0909, 53)));
        Assert.Equal(PeerVerdict.Denied, policy.Judge(TransportAddress.FromIPv4(0x7F00_0001, 53)));
        Assert.Equal(PeerVerdict.Denied, policy.Judge(Announced with { Port = 22 }));
    }

    [Fact]
    public void Limits_are_the_options()
    {
        var options = new RelayOptions();
        options.Turn.AllocationsPerWorker = 11;
        options.Turn.AllocationsPerUser = 12;
        options.Turn.AllocationsPerSource = 13;
        options.Turn.TcpConnectionsPerAllocation = 20;
        options.Turn.TcpConnectionsPerWorker = 21;
        options.Turn.TcpConnectsPerPrefixPerSecond = 22;
        options.Turn.PermissionsPerAllocation = 14;
        options.Turn.ChannelsPerAllocation = 15;
        options.Turn.LifetimeSeconds = 120;
        options.Turn.LifetimeMaxSeconds = 240;
        options.Turn.AllowWideChannels = true;
        options.Turn.Mobility = true;
        options.Turn.BytesPerSecondPerAllocation = 16;
        options.Turn.BytesPerSecondPerWorker = 17;
        options.Turn.AnswersPerPrefixPerSecond = 18;
        options.Turn.AnswersPerPrefixBurst = 19;
        options.Turn.AlternateServers = ["192.0.2.1:3478", "[2001:db8::5]:3478"];
        options.Turn.Peers = "public";
        options.Turn.OwnPortsPerWorker = 22;
        options.Turn.SharedPortsPerWorker = 23;
        TurnOptions made = Create(options).CreateSettings([Announced], null).Options;

        Assert.Equal((11, 12, 13), (made.AllocationsMax, made.AllocationsPerUserMax, made.AllocationsPerSourceMax));
        Assert.Equal((20, 21), (made.ConnectionsPerAllocationMax, made.ConnectionsMax));
        Assert.Equal((22, 220), (made.ConnectsPerSecond, made.ConnectsBurst));
        Assert.Equal((14, 15), (made.PermissionsMax, made.ChannelsMax));
        Assert.Equal((120, 240), ((int)made.LifetimeMin.TotalSeconds, (int)made.LifetimeMax.TotalSeconds));
        Assert.True(made is { AllowWideChannels: true, AllowMobility: true });
        Assert.Equal((16, 17), (made.AllocationBytesPerSecond, made.TotalBytesPerSecond));
        Assert.Equal((18, 19), (made.AnswersPerSecond, made.AnswersBurst));
        Assert.Equal((3478, 3478), (made.AlternateIPv4!.Value.Port, made.AlternateIPv6!.Value.Port));
        Assert.Equal((22, 23), (made.OwnPortsMax, made.SharedPortsMax));
        made.Validate();
    }

    [Theory]
    [InlineData("public", true, true)]
    [InlineData("public", false, false)]
    [InlineData("own", true, false)]
    public void TCP_allocations_are_for_public_peers_and_off_unless_asked_for(string peers, bool wanted, bool given)
    {
        var options = new RelayOptions();
        options.Turn.Peers = peers;
        options.Turn.TcpAllocations = wanted;
        TurnServerFactory factory = Create(options);
        var streams = new StreamTable(new StreamTableOptions(), () => { });
        using PeerSockets? sockets = factory.CreatePeerSockets(streams, () => { });
        Assert.Equal(given, sockets is not null);
        TurnSettings settings = factory.CreateSettings([Announced], null, sockets, worker: 3, streams);
        Assert.Same(streams, settings.Streams);
        Assert.Same(sockets, settings.Connections);
        Assert.Equal(3, settings.Options.Worker);
    }

    [Fact]
    public void TCP_candidates_are_the_ports_that_clients_can_know()
    {
        var options = new RelayOptions();
        options.Turn.Listen = ["tcp://127.0.0.1:443", "tcp://127.0.0.1:0"];
        Assert.Equal([TransportAddress.FromIPv4(0x7F00_0001, 443)], Create(options).ResolveTcpCandidates(options.Media));
        options.Media.AnnouncedAddresses = ["198.51.100.7"];
        Assert.Equal([TransportAddress.FromIPv4(0xC633_6407, 443)], Create(options).ResolveTcpCandidates(options.Media));
    }

    private static TurnServerFactory Create(RelayOptions options) => new(options, new SystemRandomSource(), TimeProvider.System);
}

using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="SharedPorts"/>, alone and with clients whose allocations have one port together.</summary>
public class SharedPortsTests
{
    private static readonly TransportAddress OtherPeer = TurnRig.At("93.184.216.35:9000");

    private readonly TurnRig _rig = new(
        TurnRig.Options with { OwnPortsMax = 0, SharedPortsMax = 1, PermissionsMax = 4 }, PeerMode.Public);

    private TurnTestClient Alice => field ??= new TurnTestClient(_rig, TurnRig.At("192.0.2.1:5000"));

    private TurnTestClient Bob => field ??= new TurnTestClient(_rig, TurnRig.At("192.0.2.2:6000"), "bob", "b secret");

    private int Port => Assert.Single(_rig.Open).Key;

    [Fact]
    public void Ports_come_and_go_with_those_who_have_them()
    {
        var ports = new SharedPorts(2, new SeededRandomSource(1));
        Assert.Equal(2, ports.Room);
        Assert.False(ports.TryPick(1, out _));
        ports.Add(PortOf(50_000));
        Assert.Equal(1, ports.NextIndex);
        ports.Add(PortOf(50_001));
        Assert.Equal(0, ports.Room);
        RelayedAddress one = ports.Join(0, 1, 7);
        RelayedAddress other = ports.Join(0, 1, 8);
        Assert.Equal(50_000, one.Address.Port);
        Assert.False(ports.Leave(one.Share!, out _));
        Assert.True(ports.Leave(other.Share!, out RelayedAddress port));
        Assert.Equal(50_000, port.Address.Port);
        Assert.Throws<InvalidOperationException>(() => ports.Leave(other.Share!, out _));
        Assert.Equal(0, ports.NextIndex);
        Assert.Equal(1, ports.Count);
        Assert.True(ports.TryPick(1, out int index));
        Assert.Equal(1, index);
    }

    [Fact]
    public void An_account_gets_ports_that_it_does_not_have_and_all_are_used_alike()
    {
        var ports = new SharedPorts(16, new SeededRandomSource(1));
        for (int i = 0; i < 16; i++)
        {
            ports.Add(PortOf((ushort)(50_000 + i)));
        }

        int[] counts = new int[16];
        int twice = 0;
        for (int account = 0; account < 100; account++)
        {
            Assert.True(ports.TryPick((UInt128)account, out int first));
            ports.Join(first, (UInt128)account, 0);
            Assert.True(ports.TryPick((UInt128)account, out int second));
            ports.Join(second, (UInt128)account, 0);
            twice += first == second ? 1 : 0;
            counts[first]++;
            counts[second]++;
        }

        Assert.Equal(0, twice);
        Assert.InRange(counts.Max() - counts.Min(), 0, 6);
    }

    [Fact]
    public void Allocations_beyond_the_own_ports_have_one_address_together()
    {
        Alice.Allocate();
        Bob.Allocate();
        Assert.Equal(Alice.Relayed, Bob.Relayed);
        Assert.Equal(1, _rig.SharedOpened);
        Alice.Refresh(0);
        Assert.Single(_rig.Open);
        Bob.Refresh(0);
        Assert.Empty(_rig.Open);
    }

    [Fact]
    public void A_peers_datagrams_reach_only_the_client_that_has_the_peer()
    {
        Allocate();
        Alice.Permit(TurnRig.World);
        Bob.Permit(OtherPeer);
        Assert.Equal(DropReason.None, _rig.Server.HandlePeer([1], Port, TurnRig.World with { Port = 7 }, _rig.Now));
        Assert.Equal(Alice.Address, Assert.Single(_rig.Drain()).To);
        Assert.Equal(DropReason.None, _rig.Server.HandlePeer([2], Port, OtherPeer, _rig.Now));
        Assert.Equal(Bob.Address, Assert.Single(_rig.Drain()).To);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Server.HandlePeer([3], Port, TurnRig.At("93.184.216.36:1"), _rig.Now));
        Assert.Equal(DropReason.None, _rig.Server.HandlePeerError(Port, OtherPeer, 3, 3, 0, _rig.Now));
        Assert.Equal(Bob.Address, Assert.Single(_rig.Drain()).To);
    }

    [Fact]
    public void A_peer_that_somebody_has_is_refused_to_others_and_nothing_of_theirs_goes_there()
    {
        Allocate();
        Assert.Equal(0, Alice.Permit(TurnRig.World));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Bob.Permit(OtherPeer, TurnRig.World with { Port = 1 }));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Bob.Bind(0x4000, TurnRig.World with { Port = 1 }));
        Assert.Equal(2, _rig.Server.Counters.Refused(TurnRefusal.PeerInUse));
        // All or none: the other peer of the refused request is not Bob's either.
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(Bob.Indication(OtherPeer, [1]), Bob.Address));
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(Bob.Indication(TurnRig.World, [1]), Bob.Address));
        Assert.Equal(0, Alice.Permit(OtherPeer));
        Assert.Equal(DropReason.None, _rig.Handle(Alice.Indication(TurnRig.World, [1]), Alice.Address));
        Assert.Equal(Port, Assert.Single(_rig.Drain()).Via);
    }

    [Fact]
    public void A_peer_is_free_again_when_its_permission_or_its_allocation_ends()
    {
        Allocate();
        Alice.Permit(TurnRig.World);
        _rig.Advance(PermissionTable.Lifetime - TimeSpan.FromSeconds(1));
        Assert.NotEqual(0, Bob.Permit(TurnRig.World));
        _rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, Bob.Permit(TurnRig.World));
        Assert.NotEqual(0, Alice.Permit(TurnRig.World));
        Bob.Refresh(0);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Server.HandlePeer([1], Port, TurnRig.World, _rig.Now));
        Assert.Equal(0, Alice.Permit(TurnRig.World));
        Assert.Equal(DropReason.None, _rig.Server.HandlePeer([1], Port, TurnRig.World, _rig.Now));
    }

    [Fact]
    public void A_channel_whose_permission_went_to_somebody_else_carries_nothing()
    {
        Allocate();
        Alice.Bind(0x4000, TurnRig.World);
        _rig.Advance(PermissionTable.Lifetime);
        Assert.Equal(0, Bob.Permit(TurnRig.World));
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), Alice.Address));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Alice.Bind(0x4000, TurnRig.World));
        Assert.Equal(DropReason.None, _rig.Server.HandlePeer([1], Port, TurnRig.World, _rig.Now));
        Assert.Equal(Bob.Address, Assert.Single(_rig.Drain()).To);
    }

    [Fact]
    public void Nobody_has_more_peers_than_permissions()
    {
        Allocate();
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(0, Alice.Permit(TurnRig.At($"93.184.216.{i + 1}:1")));
        }

        Assert.NotEqual(0, Alice.Permit(TurnRig.At("93.184.216.5:1")));
        Assert.Equal(0, Bob.Permit(TurnRig.At("93.184.216.5:1")));
    }

    [Fact]
    public void A_request_for_more_peers_than_there_is_room_for_gets_none_of_them()
    {
        Allocate();
        Assert.Equal(0, Alice.Permit(TurnRig.At("93.184.216.1:1"), TurnRig.At("93.184.216.2:1"), TurnRig.At("93.184.216.3:1")));
        TransportAddress relay = TurnRig.Options.RelayIPv4!.Value;
        // At the relay's own address two ports are two peers.
        Assert.NotEqual(0, Alice.Permit(relay with { Port = 50_001 }, relay with { Port = 50_002 }));
        Assert.Equal(0, Bob.Permit(relay with { Port = 50_001 }, relay with { Port = 50_002 }));
        Assert.Equal(0, Alice.Permit(TurnRig.World, TurnRig.At("93.184.216.1:1")));
    }

    [Fact]
    public void What_is_permitted_as_own_media_opens_nothing_else_at_its_address()
    {
        // A second address of the relay, where an operator has opened a port.
        TransportAddress second = TurnRig.At("203.0.113.9:3478");
        var rig = new TurnRig(
            TurnRig.Options with { OwnPortsMax = 0, SharedPortsMax = 1 },
            PeerMode.Public,
            [Range("203.0.113.9")],
            moreMedia: second);
        var alice = new TurnTestClient(rig, TurnRig.At("192.0.2.1:5000"));
        var bob = new TurnTestClient(rig, TurnRig.At("192.0.2.2:6000"), "bob", "b secret");
        alice.Allocate();
        bob.Allocate();
        Assert.Equal(0, alice.Permit(second));
        Assert.Equal(0, bob.Permit(second with { Port = 9 }));
        Assert.Equal(DropReason.TurnNoPermission, rig.Handle(alice.Indication(second with { Port = 9 }, [1]), alice.Address));
        int port = Assert.Single(rig.Open).Key;
        Assert.Equal(DropReason.None, rig.Server.HandlePeer([1], port, second with { Port = 9 }, rig.Now));
        Assert.Equal(bob.Address, Assert.Single(rig.Drain()).To);
        Assert.Equal(DropReason.None, rig.Handle(alice.Indication(second, [1]), alice.Address, out TurnHop hop));
        Assert.False(hop.IsNone);

        static AddressRange Range(string text)
        {
            Assert.True(AddressRange.TryParse(text, out AddressRange range));
            return range;
        }
    }

    [Fact]
    public void The_relays_own_media_is_everybodys_peer()
    {
        Allocate();
        foreach (TurnTestClient client in (TurnTestClient[])[Alice, Bob])
        {
            Assert.Equal(0, client.Permit(TurnRig.Media));
            Assert.Equal(0, client.Bind(0x4000, TurnRig.Media));
            Assert.Equal(DropReason.None, _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), client.Address, out TurnHop hop));
            Assert.Equal(client.Address, _rig.Wrap([2], hop.Remote)!.To);
        }
    }

    [Fact]
    public void Relayed_addresses_are_told_apart_by_their_ports()
    {
        // Two allocations have ports of their own, the others none is left for.
        var rig = new TurnRig(
            TurnRig.Options with { OwnPortsMax = 4, SharedPortsMax = 1, AllocationsPerUserMax = 8 }, PeerMode.Public);
        TurnTestClient[] owners = [Client(1), Client(2)];
        foreach (TurnTestClient owner in owners)
        {
            owner.Allocate((ref w) => w.AddAttribute(StunAttributeType.EvenPort, [0x80]));
        }

        TurnTestClient[] sharers = [Client(3), Client(4)];
        for (int i = 0; i < 2; i++)
        {
            sharers[i].Allocate();
            Assert.Equal(0, sharers[i].Permit(owners[i].Relayed));
            Assert.Equal(0, owners[i].Permit(sharers[i].Relayed));
            Assert.Equal(DropReason.None, rig.Handle(sharers[i].Indication(owners[i].Relayed, [1]), sharers[i].Address));
            Assert.Equal(owners[i].Address, Assert.Single(rig.Drain()).To);
            Assert.Equal(DropReason.None, rig.Handle(owners[i].Indication(sharers[i].Relayed, [2]), owners[i].Address));
            Assert.Equal(sharers[i].Address, Assert.Single(rig.Drain()).To);
        }

        Assert.Equal(sharers[0].Relayed, sharers[1].Relayed);
        Assert.Equal(
            DropReason.TurnNoPermission, rig.Handle(sharers[0].Indication(owners[1].Relayed, [1]), sharers[0].Address));
        Assert.Equal(StunErrorCode.InsufficientCapacity, sharers[0].Permit(owners[1].Relayed));

        TurnTestClient Client(int number) => new(rig, TurnRig.At($"192.0.2.{number}:5000"));
    }

    [Fact]
    public void What_asks_for_a_port_with_a_neighbour_or_for_mobility_never_shares()
    {
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask((ref w) => w.AddAttribute(StunAttributeType.EvenPort, [0])));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask((ref w) => w.AddAttribute(StunAttributeType.EvenPort, [0x80])));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask((ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, [])));
        Assert.Equal(0, Ask(TurnTestClient.Nothing));

        int Ask(AddAttributes add) => Alice.Ask(StunMethod.Allocate, (ref w) =>
        {
            TurnTestClient.Udp(ref w);
            add(ref w);
        }).Error;
    }

    [Fact]
    public void Each_family_of_a_dual_allocation_shares_a_port_of_its_own()
    {
        Alice.Allocate((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]));
        Bob.Allocate((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]));
        Assert.Equal(2, _rig.Open.Count);
        Assert.Equal(0, Alice.Permit(TurnRig.World, TurnRig.WorldIPv6));
        Assert.NotEqual(0, Bob.Permit(TurnRig.WorldIPv6));
        Assert.Equal(4, _rig.Server.Counters.SharedAddresses);
        Alice.Refresh(0, (ref w) => w.AddAttribute(StunAttributeType.RequestedAddressFamily, [2, 0, 0, 0]));
        Assert.Equal(3, _rig.Server.Counters.SharedAddresses);
        Assert.Equal(0, Bob.Permit(TurnRig.WorldIPv6));
        Assert.NotEqual(0, Bob.Permit(TurnRig.World));
        Alice.Refresh(0);
        Bob.Refresh(0);
        Assert.Empty(_rig.Open);
        Assert.Equal(0, _rig.Server.Counters.SharedAddresses);
    }

    /// <summary>Whatever clients do: a datagram reaches the one client that the peer belongs to on the port, or nobody.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_datagram_reaches_whom_the_peer_belongs_to_or_nobody(int seed)
    {
        var rig = new TurnRig(TurnRig.Options with { OwnPortsMax = 1, SharedPortsMax = 2, PermissionsMax = 3 }, PeerMode.Public);
        var random = new Random(seed);
        TurnTestClient[] clients =
            [.. Enumerable.Range(1, 6).Select(i => new TurnTestClient(rig, TurnRig.At($"192.0.2.{i}:5000")))];
        var ports = new Dictionary<TurnTestClient, ushort>();
        var owners = new Dictionary<(ushort, int), (TurnTestClient Client, Instant Ends)>();
        for (int step = 0; step < 1500; step++)
        {
            TurnTestClient client = clients[random.Next(clients.Length)];
            int peer = random.Next(1, 6);
            switch (random.Next(10))
            {
                case 0 when ports.Remove(client, out ushort left):
                    client.Refresh(0);
                    foreach ((ushort, int) key in owners.Keys.Where(key => owners[key].Client == client && key.Item1 == left).ToList())
                    {
                        owners.Remove(key);
                    }

                    break;
                case <= 1 when !ports.ContainsKey(client):
                    client.Allocate();
                    ports[client] = client.Relayed.Port;
                    break;
                case <= 4 when ports.TryGetValue(client, out ushort port):
                    int error = random.Next(2) == 0
                        ? client.Permit(PeerOf(peer) with { Port = 9 })
                        : client.Bind((ushort)(0x4000 + peer), PeerOf(peer));
                    bool isFree = !owners.TryGetValue((port, peer), out var owner) || owner.Client == client;
                    bool hasRoom = owner.Client == client || owners.Values.Count(one => one.Client == client) < 3;
                    Assert.Equal(isFree && hasRoom ? 0 : StunErrorCode.InsufficientCapacity, error);
                    if (error == 0)
                    {
                        owners[(port, peer)] = (client, rig.Now + PermissionTable.Lifetime);
                    }

                    break;
                case 5:
                    rig.Advance(TimeSpan.FromSeconds(random.Next(40)));
                    foreach ((ushort, int) key in owners.Keys.Where(key => owners[key].Ends <= rig.Now).ToList())
                    {
                        owners.Remove(key);
                    }

                    foreach (TurnTestClient there in ports.Keys)
                    {
                        Assert.Equal(0, there.Refresh().Error);
                    }

                    break;
                default:
                    Probe(rig, owners, peer);
                    break;
            }
        }

        Assert.True(rig.Server.Counters.Refused(TurnRefusal.PeerInUse) > 25);
        Assert.True(rig.Server.Counters.MessagesToClients > 100);
    }

    private static void Probe(TurnRig rig, Dictionary<(ushort, int), (TurnTestClient Client, Instant Ends)> owners, int peer)
    {
        foreach ((int handle, ushort port) in rig.Open)
        {
            rig.Server.HandlePeer([1], handle, PeerOf(peer) with { Port = 77 }, rig.Now);
            List<TurnSent> sent = rig.Drain();
            if (owners.TryGetValue((port, peer), out var owner))
            {
                Assert.Equal(owner.Client.Address, Assert.Single(sent).To);
            }
            else
            {
                Assert.Empty(sent);
            }
        }
    }

    private static TransportAddress PeerOf(int number) => TurnRig.At($"93.184.216.{number}:9000");

    private static RelayedAddress PortOf(ushort port) => new() { Address = TurnRig.Media with { Port = port } };

    private void Allocate()
    {
        Alice.Allocate();
        Bob.Allocate();
    }
}

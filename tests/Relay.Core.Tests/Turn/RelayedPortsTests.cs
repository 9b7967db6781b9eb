using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="RelayedPorts"/> and the <see cref="RelayedAddress"/> that it gives.</summary>
public class RelayedPortsTests
{
    private static readonly TurnOptions Options =
        TurnRig.Options with { RelayPortMin = 50_000, RelayPortMax = 50_003, RelayIPv6 = null };

    private readonly TurnRig _sockets = new();

    private RelayedPorts Ports => field ??= new RelayedPorts(Options, _sockets, new SeededRandomSource(3));

    [Fact]
    public void An_address_is_a_port_and_a_socket_until_it_is_released()
    {
        Assert.True(default(RelayedAddress).IsNone);
        Assert.True(Ports.TryTake(isIPv6: false, isEven: false, owner: 4, out RelayedAddress relayed));
        Assert.False(relayed.IsNone);
        Assert.Equal(relayed.Address.Port, _sockets.Open[relayed.Via]);
        Assert.True(Ports.TryGetOwner(relayed.Address, out int owner));
        Assert.Equal(4, owner);
        Assert.True(Ports.TryGetOwner(relayed.Via, TurnRig.World, out owner));
        Assert.Equal(4, owner);
        Ports.Release(relayed);
        Assert.Empty(_sockets.Open);
        Assert.False(Ports.TryGetOwner(relayed.Address, out _));
        Assert.False(Ports.TryGetOwner(relayed.Via, TurnRig.World, out _));
    }

    [Fact]
    public void Ports_of_other_programs_are_passed_over()
    {
        _sockets.Taken.UnionWith([50_000, 50_001, 50_003]);
        Assert.True(Ports.TryTake(false, false, 0, out RelayedAddress relayed));
        Assert.Equal(50_002, relayed.Address.Port);
        Assert.False(Ports.TryTake(false, false, 0, out relayed));
        Assert.True(relayed.IsNone);
    }

    [Fact]
    public void While_there_may_be_more_shared_ports_everybody_gets_another_one()
    {
        var ports = new RelayedPorts(
            TurnRig.Options with { RelayPortMin = 50_000, RelayPortMax = 51_000, OwnPortsMax = 0, SharedPortsMax = 256 },
            _sockets,
            new SeededRandomSource(3));
        var seen = new HashSet<int>();
        for (int i = 0; i < 256; i++)
        {
            Assert.True(ports.TryShare(isIPv6: false, account: 1, i, out RelayedAddress relayed));
            Assert.True(seen.Add(relayed.Address.Port));
        }

        Assert.True(ports.TryShare(isIPv6: false, account: 1, 256, out RelayedAddress more));
        Assert.Contains((int)more.Address.Port, seen);
    }

    [Fact]
    public void Listeners_leave_the_ports_that_are_kept_for_sharing()
    {
        var ports = new RelayedPorts(
            Options with { SharedPortsMax = 2 }, _sockets, new SeededRandomSource(3), new TestPeerConnections());
        Assert.True(ports.TryTakeListening(isIPv6: false, 0, out _));
        Assert.True(ports.TryTakeListening(isIPv6: false, 1, out RelayedAddress second));
        Assert.False(ports.TryTakeListening(isIPv6: false, 2, out _));
        Assert.True(ports.TryShare(isIPv6: false, account: 1, 3, out _));
        ports.Release(second);
        Assert.True(ports.TryTakeListening(isIPv6: false, 4, out _));
    }

    [Fact]
    public void A_pair_is_both_or_none()
    {
        _sockets.Taken.UnionWith([50_001, 50_003]);
        Assert.False(Ports.TryTakePair(false, 0, out _, out _));
        Assert.Empty(_sockets.Open);
        _sockets.Taken.Remove(50_003);
        Assert.True(Ports.TryTakePair(false, 6, out RelayedAddress even, out RelayedAddress odd));
        Assert.Equal(50_002, even.Address.Port);
        Assert.Equal(50_003, odd.Address.Port);
        Assert.True(Ports.TryGetOwner(even.Address, out _));
        // A reserved one belongs to nobody yet: nothing goes there.
        Assert.False(Ports.TryGetOwner(odd.Address, out _));
        Assert.False(Ports.TryGetOwner(odd.Via, TurnRig.World, out _));
        Ports.Pass(odd, 9);
        Assert.True(Ports.TryGetOwner(odd.Address, out int owner));
        Assert.Equal(9, owner);
        Assert.True(Ports.TryGetOwner(odd.Via, TurnRig.World, out owner));
        Assert.Equal(9, owner);
    }

    [Fact]
    public void A_relayed_address_is_the_relays_and_of_the_range()
    {
        TransportAddress relay = Options.RelayIPv4!.Value;
        Assert.True(Ports.Supports(isIPv6: false));
        Assert.False(Ports.Supports(isIPv6: true));
        Assert.True(Ports.IsRelayed(relay with { Port = 50_000 }));
        Assert.False(Ports.IsRelayed(relay with { Port = 49_999 }));
        Assert.False(Ports.IsRelayed(TurnRig.World with { Port = 50_000 }));
        Assert.True(Ports.HasRelayAddress(relay));
        Assert.False(Ports.HasRelayAddress(TurnRig.MediaIPv6));
    }

    [Fact]
    public void Without_sockets_addresses_are_virtual()
    {
        var ports = new RelayedPorts(TurnRig.Options, null, new SeededRandomSource(1));
        Assert.True(ports.TryTake(isIPv6: true, isEven: true, 0, out RelayedAddress relayed));
        Assert.Equal(0, relayed.Via);
        Assert.Equal(TurnRig.Options.RelayIPv6!.Value.Address, relayed.Address.Address);
    }

    [Fact]
    public void Beyond_the_own_ports_there_are_shared_ones_which_are_kept_free_for_that()
    {
        // Four ports, of which two are kept back.
        var ports = new RelayedPorts(Options with { SharedPortsMax = 2 }, _sockets, new SeededRandomSource(3));
        Assert.True(ports.TryTake(false, false, 0, out RelayedAddress first));
        Assert.True(ports.TryTake(false, false, 1, out RelayedAddress second));
        Assert.False(ports.TryTake(false, false, 2, out _));
        Assert.False(ports.TryTakePair(false, 2, out _, out _));
        Assert.Equal(0, _sockets.SharedOpened);
        RelayedAddress[] shared = new RelayedAddress[6];
        for (int i = 0; i < shared.Length; i++)
        {
            Assert.True(ports.TryShare(false, (UInt128)i, 2 + i, out shared[i]));
            Assert.NotNull(shared[i].Share);
            // A shared port is nobody's as a whole.
            Assert.False(ports.TryGetOwner(shared[i].Address, out _));
            Assert.False(ports.TryGetOwner(shared[i].Via, TurnRig.World, out _));
        }

        Assert.Equal(2, _sockets.SharedOpened);
        Assert.Equal(4, _sockets.Open.Count);
        foreach (RelayedAddress one in shared)
        {
            ports.Release(one);
        }

        ports.Release(first);
        ports.Release(second);
        Assert.Empty(_sockets.Open);
        Assert.True(ports.TryTake(false, false, 0, out _));
    }

    [Fact]
    public void Own_ports_are_counted_with_the_reserved_ones()
    {
        var ports = new RelayedPorts(Options with { OwnPortsMax = 3, RelayPortMax = 50_099 }, _sockets, new SeededRandomSource(3));
        Assert.True(ports.TryTakePair(false, 0, out RelayedAddress even, out RelayedAddress odd));
        Assert.False(ports.TryTakePair(false, 1, out _, out _));
        Assert.True(ports.TryTake(false, false, 1, out _));
        Assert.False(ports.TryTake(false, false, 2, out _));
        ports.Release(odd);
        ports.Release(even);
        Assert.True(ports.TryTakePair(false, 1, out _, out _));
        Assert.False(ports.TryShare(false, 0, 5, out _));
    }

    [Fact]
    public void A_peer_of_a_shared_port_leads_to_the_allocation_that_has_it()
    {
        var ports = new RelayedPorts(Options with { SharedPortsMax = 1, OwnPortsMax = 0 }, _sockets, new SeededRandomSource(3));
        Assert.True(ports.TryShare(false, 1, 7, out RelayedAddress one));
        Assert.True(ports.TryShare(false, 2, 8, out RelayedAddress other));
        Assert.Equal(one.Via, other.Via);
        Assert.True(one.Share!.TryClaim(TurnRig.World));
        Assert.True(ports.TryGetOwner(one.Via, TurnRig.World with { Port = 1 }, out int owner));
        Assert.Equal(7, owner);
        // At the relay's own address every port is a peer.
        TransportAddress relayed = Options.RelayIPv4!.Value with { Port = 50_001 };
        Assert.True(other.Share!.TryClaim(relayed));
        Assert.True(ports.TryGetOwner(one.Address, relayed, out owner));
        Assert.Equal(8, owner);
        Assert.False(ports.TryGetOwner(one.Address, relayed with { Port = 50_002 }, out _));
    }

    [Fact]
    public void A_hundred_thousand_allocations_need_a_few_hundred_sockets()
    {
        var sockets = new TurnRig();
        TurnOptions options = TurnRig.Options with { RelayPortMin = 49_152, RelayPortMax = 65_535, OwnPortsMax = 200, SharedPortsMax = 100 };
        var ports = new RelayedPorts(options, sockets, new SeededRandomSource(3));
        RelayedAddress[] relayed = new RelayedAddress[100_000];
        for (int i = 0; i < relayed.Length; i++)
        {
            Assert.True(ports.TryTake(false, false, i, out relayed[i]) || ports.TryShare(false, (UInt128)i, i, out relayed[i]));
            Assert.True(relayed[i].Share?.TryClaim(PeerOf(i)) ?? true);
        }

        Assert.Equal(300, sockets.Open.Count);
        for (int i = 0; i < relayed.Length; i++)
        {
            Assert.True(ports.TryGetOwner(relayed[i].Via, PeerOf(i), out int owner));
            Assert.Equal(i, owner);
            relayed[i].Share?.GiveUp(PeerOf(i));
            ports.Release(relayed[i]);
        }

        Assert.Empty(sockets.Open);

        static TransportAddress PeerOf(int allocation) => TransportAddress.FromIPv4(0x5000_0000 + (uint)allocation, 9);
    }

    [Fact]
    public void If_no_more_shared_port_can_be_opened_those_there_are_do()
    {
        var ports = new RelayedPorts(Options with { SharedPortsMax = 3, OwnPortsMax = 0 }, _sockets, new SeededRandomSource(3));
        _sockets.Taken.UnionWith([50_000, 50_001, 50_003]);
        Assert.True(ports.TryShare(false, 1, 7, out RelayedAddress one));
        Assert.True(ports.TryShare(false, 2, 8, out RelayedAddress other));
        Assert.Equal(one.Address, other.Address);
        ports.Release(one);
        ports.Release(other);
        _sockets.Taken.Add(50_002);
        Assert.False(ports.TryShare(false, 1, 7, out one));
        Assert.True(one.IsNone);
    }
}

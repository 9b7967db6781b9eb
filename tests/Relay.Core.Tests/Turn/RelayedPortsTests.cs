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
        Assert.True(Ports.TryGetOwner(relayed.Via, out owner));
        Assert.Equal(4, owner);
        Ports.Release(relayed);
        Assert.Empty(_sockets.Open);
        Assert.False(Ports.TryGetOwner(relayed.Address, out _));
        Assert.False(Ports.TryGetOwner(relayed.Via, out _));
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
        Assert.False(Ports.TryGetOwner(odd.Via, out _));
        Ports.Pass(odd, 9);
        Assert.True(Ports.TryGetOwner(odd.Address, out int owner));
        Assert.Equal(9, owner);
        Assert.True(Ports.TryGetOwner(odd.Via, out owner));
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
}

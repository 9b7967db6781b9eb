using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class PermissionTableTests
{
    private readonly PermissionTable _table = new(5);

    [Fact]
    public void A_permission_is_for_an_address_and_all_its_ports()
    {
        Assert.True(_table.TryRefresh(TurnRig.World, Instant.Zero));
        Assert.True(_table.Allows(TurnRig.World with { Port = 1 }, Instant.Zero));
        Assert.False(_table.Allows(TurnRig.Media, Instant.Zero));
        Assert.True(_table.TryRefresh(TurnRig.World with { Port = 2 }, Instant.Zero));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void Each_ends_in_its_own_time()
    {
        Assert.Equal(Instant.Never, _table.NextTimeout);
        _table.TryRefresh(TurnRig.World, Instant.Zero);
        Instant later = Instant.Zero + TimeSpan.FromSeconds(100);
        _table.TryRefresh(TurnRig.Media, later);
        Instant end = Instant.Zero + PermissionTable.Lifetime;
        Assert.Equal(end, _table.NextTimeout);
        Assert.False(_table.Allows(TurnRig.World, end));
        Assert.True(_table.Contains(TurnRig.World));
        _table.RemoveExpired(end);
        Assert.False(_table.Contains(TurnRig.World));
        Assert.True(_table.Allows(TurnRig.Media, end));
        Assert.Equal(later + PermissionTable.Lifetime, _table.NextTimeout);
    }

    [Fact]
    public void There_is_room_for_so_many()
    {
        for (ushort i = 0; i < 5; i++)
        {
            Assert.True(_table.HasRoomFor(5 - i));
            Assert.False(_table.HasRoomFor(6 - i));
            Assert.True(_table.TryRefresh(Peer(i), Instant.Zero));
        }

        Assert.False(_table.TryRefresh(Peer(5), Instant.Zero));
        for (ushort i = 0; i < 5; i++)
        {
            Assert.True(_table.Allows(Peer(i), Instant.Zero));
            Assert.True(_table.TryRefresh(Peer(i), Instant.Zero));
        }
    }

    [Fact]
    public void A_family_goes_as_one()
    {
        _table.TryRefresh(TurnRig.World, Instant.Zero);
        _table.TryRefresh(TurnRig.WorldIPv6, Instant.Zero);
        _table.TryRefresh(TurnRig.Media, Instant.Zero);
        _table.RemoveFamily(isIPv6: false);
        Assert.Equal(1, _table.Count);
        Assert.True(_table.Contains(TurnRig.WorldIPv6));
        _table.RemoveFamily(isIPv6: true);
        Assert.Equal(0, _table.Count);
    }

    private static TransportAddress Peer(uint i) => TransportAddress.FromIPv4(0x5DB8D800 + i, 1);

    [Fact]
    public void On_a_shared_port_a_peer_is_claimed_while_it_is_permitted()
    {
        var ports = new SharedPorts(1, new SeededRandomSource(1));
        var port = new RelayedAddress { Address = TurnRig.Media with { Port = 50_000 } };
        ports.Add(port);
        _table.ShareIPv4 = ports.Join(0, 1, 7).Share;
        var other = new PermissionTable(5) { ShareIPv4 = ports.Join(0, 2, 8).Share };

        Assert.True(_table.TryRefresh(TurnRig.World, Instant.Zero));
        Assert.True(_table.MayClaim(TurnRig.World));
        Assert.False(other.MayClaim(TurnRig.World));
        Assert.False(other.TryRefresh(TurnRig.World, Instant.Zero));
        Assert.Equal(0, other.Count);
        // The other family's port is not shared; nor is the relay's own media anybody's.
        Assert.True(_table.TryRefresh(TurnRig.WorldIPv6, Instant.Zero));
        Assert.True(other.TryRefresh(TurnRig.WorldIPv6, Instant.Zero));
        Assert.True(_table.TryRefresh(TurnRig.Media, Instant.Zero, isOwnMedia: true));
        Assert.True(other.TryRefresh(TurnRig.Media, Instant.Zero, isOwnMedia: true));
        Assert.Equal(1, ports.Claims);

        _table.RemoveExpired(Instant.Zero + PermissionTable.Lifetime);
        Assert.Equal(0, ports.Claims);
        Assert.True(other.TryRefresh(TurnRig.World, Instant.Zero));
        other.RemoveFamily(isIPv6: false);
        Assert.Equal(0, ports.Claims);
    }

    [Fact]
    public void On_a_shared_port_each_port_of_the_relays_address_has_its_own_permission()
    {
        var ports = new SharedPorts(1, new SeededRandomSource(1));
        var port = new RelayedAddress { Address = TurnRig.Media with { Port = 50_000 } };
        ports.Add(port);
        _table.ShareIPv4 = ports.Join(0, 1, 7).Share;
        TransportAddress one = TurnRig.Media with { Port = 50_001 };
        TransportAddress other = TurnRig.Media with { Port = 50_002 };
        Assert.True(_table.TryRefresh(one, Instant.Zero));
        Assert.True(_table.Allows(one, Instant.Zero));
        Assert.False(_table.Allows(other, Instant.Zero));
        Assert.False(_table.Contains(other));
        Assert.True(_table.TryRefresh(other, Instant.Zero));
        Assert.Equal(2, _table.Count);
        _table.RemoveFamily(isIPv6: false);
        Assert.Equal(0, ports.Claims);
    }
}

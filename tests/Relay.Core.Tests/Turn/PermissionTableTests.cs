using Relay.Core.Primitives;
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
}

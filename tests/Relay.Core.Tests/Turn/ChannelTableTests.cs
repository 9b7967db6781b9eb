using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class ChannelTableTests
{
    private readonly ChannelTable _table = new(3);

    [Fact]
    public void A_channel_is_found_by_number_and_by_peer()
    {
        Assert.True(_table.TryBind(0x4000, TurnRig.World, PeerVerdict.Public, Instant.Zero));
        Assert.True(_table.TryBind(0x4001, TurnRig.Media, PeerVerdict.OwnMedia, Instant.Zero));
        for (int i = 0; i < 2; i++)
        {
            Assert.True(_table.TryFind(0x4001, out Channel channel));
            Assert.Equal(TurnRig.Media, channel.Peer);
            Assert.Equal(PeerVerdict.OwnMedia, channel.Verdict);
            Assert.True(_table.TryFind(TurnRig.World, out channel));
            Assert.Equal(0x4000, channel.Number);
            Assert.False(_table.TryFind(0x4002, out _));
            Assert.False(_table.TryFind(TurnRig.World with { Port = 1 }, out _));
        }
    }

    [Fact]
    public void Number_and_peer_are_bound_to_each_other()
    {
        _table.TryBind(0x4000, TurnRig.World, PeerVerdict.Public, Instant.Zero);
        Assert.True(_table.MayBind(0x4000, TurnRig.World));
        Assert.False(_table.MayBind(0x4000, TurnRig.Media));
        Assert.False(_table.MayBind(0x4001, TurnRig.World));
        Assert.True(_table.MayBind(0x4001, TurnRig.Media));
    }

    [Fact]
    public void Each_ends_in_its_own_time_and_leaves_room()
    {
        Assert.Equal(Instant.Never, _table.NextTimeout);
        for (ushort i = 0; i < 3; i++)
        {
            Assert.True(_table.HasRoom);
            TransportAddress peer = TurnRig.World with { Port = (ushort)(i + 1) };
            Assert.True(_table.TryBind((ushort)(0x4000 + i), peer, PeerVerdict.Public, At(i)));
        }

        Assert.False(_table.HasRoom);
        Assert.False(_table.TryBind(0x4009, TurnRig.Media, PeerVerdict.Public, Instant.Zero));
        Assert.True(_table.TryBind(0x4000, TurnRig.World with { Port = 1 }, PeerVerdict.Public, At(10)));
        Assert.Equal(At(1) + ChannelTable.Lifetime, _table.NextTimeout);
        _table.RemoveExpired(At(1) + ChannelTable.Lifetime);
        Assert.Equal(2, _table.Count);
        Assert.False(_table.TryFind(0x4001, out _));
        Assert.True(_table.TryFind(0x4002, out _));
        Assert.True(_table.TryFind(0x4000, out _));
    }

    [Fact]
    public void A_family_goes_as_one()
    {
        _table.TryBind(0x4000, TurnRig.World, PeerVerdict.Public, Instant.Zero);
        _table.TryBind(0x4001, TurnRig.WorldIPv6, PeerVerdict.Public, Instant.Zero);
        _table.RemoveFamily(isIPv6: true);
        Assert.True(_table.TryFind(0x4000, out _));
        Assert.False(_table.TryFind(0x4001, out _));
        _table.RemoveFamily(isIPv6: false);
        Assert.Equal(0, _table.Count);
    }

    private static Instant At(int seconds) => Instant.Zero + TimeSpan.FromSeconds(seconds);
}

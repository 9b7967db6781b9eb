using Relay.Core.Sfu;
using Relay.Host.Admin;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Admin;

public class AdminRoomTests
{
    private readonly AdminRoom _room = new("room");
    private readonly AdminTransport _a = Create("a");
    private readonly AdminTransport _b = Create("b");
    private readonly AdminTransport _c = Create("c");

    internal static AdminTransport Create(string id, int worker = 0)
    {
        PlainTransportReader.Read(PlainRequests.Create(), out TransportParameters parameters);
        return new AdminTransport(id, new LegId(worker, id[0], 1), parameters);
    }

    [Fact]
    public void Edges_tell_who_hears_whom_of_which_kind()
    {
        _room.Connect(_a, _b, withAudio: true, withVideo: true);
        _room.Connect(_a, _c, withAudio: false, withVideo: true);
        _room.Connect(_b, _c, withAudio: true, withVideo: false);
        Assert.Equal(
            [new Edge("a", "b", true, false), new Edge("a", "c", false, true), new Edge("b", "c", true, false)],
            _room.Edges().OrderBy(edge => edge.Consumer + edge.Producer, StringComparer.Ordinal));
        Assert.Equal(3, _room.EdgeCount);
        Assert.Equal((1, 0), (_b.Audio.ConsumerCount, _b.Video.ConsumerCount));
        Assert.Equal((1, 1), (_c.Audio.ConsumerCount, _c.Video.ConsumerCount));
    }

    [Fact]
    public void To_connect_again_counts_once()
    {
        _room.Connect(_a, _b, withAudio: true, withVideo: true);
        _room.Connect(_a, _b, withAudio: true, withVideo: true);
        Assert.Equal((1, 1), (_b.Audio.ConsumerCount, _b.Video.ConsumerCount));
    }

    [Fact]
    public void Who_is_replaced_and_alone_leaves_the_room()
    {
        _room.Connect(_a, _b, withAudio: true, withVideo: true);
        _room.Connect(_a, _c, withAudio: true, withVideo: true);
        Assert.Null(_b.Room);
        Assert.Same(_room, _c.Room);
        Assert.Equal(0, _b.Audio.ConsumerCount + _b.Video.ConsumerCount);
    }

    [Fact]
    public void To_disconnect_says_what_was_heard()
    {
        _room.Connect(_a, _b, withAudio: true, withVideo: false);
        Assert.Equal((false, false), _room.Disconnect(_b, _a));
        Assert.Equal((true, false), _room.Disconnect(_a, _b));
        Assert.Equal((false, false), _room.Disconnect(_a, _b));
        Assert.Equal(0, _room.EdgeCount);
        Assert.Null(_a.Room);
        Assert.Null(_b.Room);
    }

    [Fact]
    public void A_leg_that_is_gone_is_in_no_edge()
    {
        _room.Connect(_a, _b, withAudio: true, withVideo: true);
        _room.Connect(_b, _a, withAudio: true, withVideo: true);
        _room.Connect(_b, _b, withAudio: true, withVideo: false);
        _room.Connect(_c, _b, withAudio: false, withVideo: true);
        _room.Connect(_c, _a, withAudio: true, withVideo: false);
        _room.Remove(_b);
        Assert.Equal([new Edge("c", "a", true, false)], _room.Edges());
        Assert.True(_b.IsAlone);
        Assert.Equal((1, 0), (_a.Audio.ConsumerCount, _a.Video.ConsumerCount));
    }
}

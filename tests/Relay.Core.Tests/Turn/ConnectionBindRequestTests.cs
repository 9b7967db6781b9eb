using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>ConnectionBind: <see cref="ConnectionBindRequest"/>.</summary>
public class ConnectionBindRequestTests
{
    private readonly TcpRig _rig = new();

    [Fact]
    public void Another_stream_of_the_same_user_is_bound_once_and_stays()
    {
        TurnTestClient client = _rig.Allocated();
        uint id = _rig.Connect(client, TurnRig.World);
        TurnTestClient data = _rig.Client();
        Assert.Equal(0, data.BindTo(id));
        Assert.Equal((id, data.Address), (_rig.Tcp.Bound.Single().Key, _rig.Tcp.Bound.Single().Value));
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().BindTo(id));
        _rig.Turn.Advance(TimeSpan.FromMinutes(5));
        Assert.Empty(_rig.Tcp.Closed);
        Assert.Equal(1, _rig.Counters.PeerConnections);
        // The data connection's stream ends when it becomes a pipe; that ends nothing else.
        _rig.Turn.Server.HandleStreamClosed(data.Address, _rig.Turn.Now);
        Assert.Equal((1, 1), (_rig.Counters.PeerConnections, _rig.Turn.Server.AllocationCount));
    }

    [Fact]
    public void Another_user_is_refused_and_takes_nothing_away()
    {
        uint id = _rig.Connect(_rig.Allocated(), TurnRig.World);
        Assert.Equal(StunErrorCode.WrongCredentials, _rig.Client("bob", "b secret").BindTo(id));
        Assert.Empty(_rig.Tcp.Bound);
        Assert.Equal(0, _rig.Client().BindTo(id));
    }

    [Fact]
    public void A_client_that_does_not_bind_in_30_seconds_loses_the_connection()
    {
        uint id = _rig.Connect(_rig.Allocated(), TurnRig.World);
        _rig.Turn.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(_rig.Tcp.Closed);
        _rig.Turn.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal([id], _rig.Tcp.Closed);
        Assert.Empty(_rig.Turn.Drain());
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().BindTo(id));
    }

    [Fact]
    public void What_is_no_data_connection_is_a_bad_request()
    {
        TurnTestClient client = _rig.Allocated();
        uint id = _rig.Connect(client, TurnRig.World);
        Assert.Equal(StunErrorCode.BadRequest, client.BindTo(id));
        Assert.Equal(StunErrorCode.BadRequest, new TurnTestClient(_rig.Turn, TurnRig.At("192.0.2.9:9")).BindTo(id));
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().BindTo(id ^ 1));
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().Ask(StunMethod.ConnectionBind, TurnTestClient.Nothing).Error);
        // Not before it is connected.
        client.BeginConnect(TurnRig.World with { Port = 1 });
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().BindTo(_rig.Tcp.Connecting.Keys.Single(key => key != id)));
        Assert.Empty(_rig.Tcp.Bound);
    }

    [Fact]
    public void If_one_of_the_two_is_gone_the_other_goes()
    {
        uint id = _rig.Connect(_rig.Allocated(), TurnRig.World);
        _rig.Tcp.RefusesToBind = true;
        Assert.Equal(StunErrorCode.BadRequest, _rig.Client().BindTo(id));
        Assert.Equal([id], _rig.Tcp.Closed);
        Assert.Equal(0, _rig.Counters.PeerConnections);
    }
}

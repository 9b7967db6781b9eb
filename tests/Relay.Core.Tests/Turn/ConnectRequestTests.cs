using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Connect: <see cref="ConnectRequest"/>.</summary>
public class ConnectRequestTests
{
    private readonly TcpRig _rig = new();

    [Fact]
    public void The_answer_comes_when_the_peer_is_reached_and_carries_a_connection_id()
    {
        TurnTestClient client = _rig.Allocated();
        client.BeginConnect(TurnRig.World);
        (uint id, (int listener, TransportAddress peer)) = Assert.Single(_rig.Tcp.Connecting);
        Assert.Equal((TurnRig.World, client.Relayed.Port), (peer, _rig.Tcp.Listening[listener]));
        _rig.Turn.Advance(TimeSpan.FromSeconds(29));
        Assert.Empty(_rig.Turn.Drain());
        _rig.Turn.Server.HandlePeerOpened(id, _rig.Turn.Now);
        TurnSent answer = Assert.Single(_rig.Turn.Drain());
        Assert.Equal((0, StunMethod.Connect, client.Address), (answer.Error, answer.Stun.Method, answer.To));
        Assert.Equal(id, answer.ConnectionId);
        Assert.True(TurnCredentials.IsSigned(answer.Stun, client.Key));
        Assert.Equal((1, 1), (_rig.Counters.PeerConnections, _rig.Counters.PeerConnectionsTotal));
        // Told twice, it is one connection.
        _rig.Turn.Server.HandlePeerOpened(id, _rig.Turn.Now);
        Assert.Empty(_rig.Turn.Drain());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_peer_that_fails_or_is_not_reached_in_30_seconds_is_a_447(bool fails)
    {
        TurnTestClient client = _rig.Allocated();
        client.BeginConnect(TurnRig.World);
        uint id = Assert.Single(_rig.Tcp.Connecting).Key;
        if (fails)
        {
            _rig.Turn.Server.HandlePeerClosed(id);
        }
        else
        {
            _rig.Turn.Advance(TimeSpan.FromSeconds(30));
        }

        TurnSent answer = Assert.Single(_rig.Turn.Drain());
        Assert.Equal(StunErrorCode.ConnectionTimeoutOrFailure, answer.Error);
        Assert.True(TurnCredentials.IsSigned(answer.Stun, client.Key));
        Assert.Equal(fails ? [] : [id], _rig.Tcp.Closed);
        Assert.Equal((0, 1), (_rig.Counters.PeerConnections, _rig.Counters.Refused(TurnRefusal.ConnectionFailed)));
        // What comes late is of nobody.
        _rig.Turn.Server.HandlePeerOpened(id, _rig.Turn.Now);
        _rig.Turn.Server.HandlePeerClosed(id);
        Assert.Empty(_rig.Turn.Drain());
        client.BeginConnect(TurnRig.World);
    }

    [Fact]
    public void One_connection_to_a_peer_at_a_time()
    {
        TurnTestClient client = _rig.Allocated();
        client.BeginConnect(TurnRig.World);
        Assert.Equal(StunErrorCode.ConnectionAlreadyExists, _rig.Refusal(client, TurnRig.World));
        uint id = Assert.Single(_rig.Tcp.Connecting).Key;
        _rig.Turn.Server.HandlePeerOpened(id, _rig.Turn.Now);
        _rig.Turn.Drain();
        Assert.Equal(StunErrorCode.ConnectionAlreadyExists, _rig.Refusal(client, TurnRig.World));
        client.BeginConnect(TurnRig.World with { Port = 1 });
        _rig.Turn.Server.HandlePeerClosed(id);
        client.BeginConnect(TurnRig.World);
    }

    [Theory]
    [InlineData("127.0.0.1:80", StunErrorCode.Forbidden)]
    [InlineData("10.0.0.1:80", StunErrorCode.Forbidden)]
    [InlineData("198.51.100.1:3478", StunErrorCode.Forbidden)]
    [InlineData("198.51.100.1:22", StunErrorCode.Forbidden)]
    [InlineData("93.184.216.34:0", StunErrorCode.Forbidden)]
    [InlineData("[2606:4700::1]:9000", StunErrorCode.PeerAddressFamilyMismatch)]
    [InlineData("198.51.100.1:50050", StunErrorCode.ConnectionTimeoutOrFailure)]
    public void The_policy_judges_the_peer(string peer, int code)
    {
        TurnTestClient client = _rig.Allocated();
        TransportAddress address = TurnRig.At(peer);
        Assert.NotEqual(client.Relayed, address);
        Assert.Equal(code, _rig.Refusal(client, address));
        Assert.Empty(_rig.Tcp.Connecting);
    }

    [Fact]
    public void It_needs_a_TCP_allocation_and_a_peer()
    {
        TurnTestClient client = _rig.Client();
        Assert.Equal(StunErrorCode.AllocationMismatch, _rig.Refusal(client, TurnRig.World));
        client.Allocate();
        Assert.Equal(StunErrorCode.AllocationMismatch, _rig.Refusal(client, TurnRig.World));
        client = _rig.Allocated();
        Assert.Equal(StunErrorCode.BadRequest, client.Ask(StunMethod.Connect, TurnTestClient.Nothing).Error);
    }

    [Fact]
    public void An_allocation_has_so_many_connections()
    {
        var rig = new TcpRig(TurnRig.Options with { UnboundConnectionsMax = 2, ConnectionsPerAllocationMax = 3, ConnectionsMax = 4 });
        TurnTestClient client = rig.Allocated();
        for (ushort port = 1; port <= 3; port++)
        {
            uint id = rig.Connect(client, TurnRig.World with { Port = port });
            Assert.Equal(0, rig.Client().BindTo(id));
        }

        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(client, TurnRig.World));
        TurnTestClient other = rig.Allocated();
        other.BeginConnect(TurnRig.World);
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(other, TurnRig.World with { Port = 1 }));
        Assert.Equal(4, rig.Counters.PeerConnections);
    }

    [Fact]
    public void Few_may_wait_to_be_bound()
    {
        var rig = new TcpRig(TurnRig.Options with { UnboundConnectionsMax = 2 });
        TurnTestClient client = rig.Allocated();
        client.BeginConnect(TurnRig.World with { Port = 1 });
        uint id = rig.Connect(client, TurnRig.World with { Port = 2 });
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(client, TurnRig.World));
        Assert.Equal(0, rig.Client().BindTo(id));
        client.BeginConnect(TurnRig.World);
    }

    [Fact]
    public void Who_looks_for_open_ports_is_slowed_down()
    {
        var rig = new TcpRig(TurnRig.Options with { ConnectsPerSecond = 2, ConnectsBurst = 3 });
        TurnTestClient client = rig.Allocated();
        Probe(1);
        Probe(2);
        // What the policy refuses connects to nobody, and is not counted.
        Assert.Equal(StunErrorCode.Forbidden, rig.Refusal(client, TurnRig.At("10.0.0.1:80")));
        Probe(3);
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(client, TurnRig.World with { Port = 4 }));
        // Another allocation of the same place helps nobody.
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(rig.Allocated(), TurnRig.World with { Port = 4 }));
        Assert.Equal(2, rig.Counters.Refused(TurnRefusal.ConnectRate));
        rig.Turn.Advance(TimeSpan.FromSeconds(0.5));
        Probe(4);
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Refusal(client, TurnRig.World with { Port = 5 }));

        void Probe(ushort port)
        {
            client.BeginConnect(TurnRig.World with { Port = port });
            rig.Turn.Server.HandlePeerClosed(rig.Tcp.Connecting.Keys.Last());
            Assert.Equal(StunErrorCode.ConnectionTimeoutOrFailure, Assert.Single(rig.Turn.Drain()).Error);
        }
    }

    [Fact]
    public void Two_allocations_here_reach_each_other_if_the_called_one_permits()
    {
        TurnTestClient caller = _rig.Allocated();
        TurnTestClient called = _rig.Allocated("bob", "b secret");
        Assert.Equal(StunErrorCode.ConnectionTimeoutOrFailure, _rig.Refusal(caller, called.Relayed));
        Assert.Equal(0, called.Permit(caller.Relayed));
        caller.BeginConnect(called.Relayed);
        (uint near, int nearListener, uint far, int farListener) = Assert.Single(_rig.Tcp.Pairs);
        Assert.Equal(
            (caller.Relayed.Port, called.Relayed.Port), (_rig.Tcp.Listening[nearListener], _rig.Tcp.Listening[farListener]));
        _rig.Turn.Server.HandlePeerOpened(far, _rig.Turn.Now);
        TurnSent attempt = Assert.Single(_rig.Turn.Drain());
        Assert.Equal((StunMethod.ConnectionAttempt, far, called.Address), (attempt.Stun.Method, attempt.ConnectionId, attempt.To));
        Assert.True(attempt.Stun.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer));
        Assert.Equal(caller.Relayed, peer);
        _rig.Turn.Server.HandlePeerOpened(near, _rig.Turn.Now);
        Assert.Equal(near, Assert.Single(_rig.Turn.Drain()).ConnectionId);
        Assert.Equal(0, _rig.Client().BindTo(near));
        Assert.Equal(0, _rig.Client("bob", "b secret").BindTo(far));
        // It was called, so it may still call itself.
        Assert.Equal(StunErrorCode.ConnectionTimeoutOrFailure, _rig.Refusal(called, called.Relayed));
    }

    [Fact]
    public void An_allocation_of_packets_is_not_called()
    {
        TurnTestClient caller = _rig.Allocated();
        TurnTestClient called = _rig.Client("bob", "b secret");
        called.Allocate();
        called.Permit(caller.Relayed);
        Assert.Equal(StunErrorCode.ConnectionTimeoutOrFailure, _rig.Refusal(caller, called.Relayed));
    }
}

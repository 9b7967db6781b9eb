using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Peers that connect: <see cref="IncomingPeers"/>.</summary>
public class IncomingPeersTests
{
    private readonly TcpRig _rig = new();

    [Fact]
    public void A_permitted_peer_is_announced_and_can_be_bound()
    {
        TurnTestClient client = _rig.Allocated();
        client.Permit(TurnRig.World);
        int listener = Assert.Single(_rig.Tcp.Listening).Key;
        uint id = _rig.Arrive(listener, TurnRig.World);
        Assert.Equal(0, _rig.Client().BindTo(id));
        // Another port of the same peer, and at the same time.
        Assert.NotEqual(0u, _rig.Arrive(listener, TurnRig.World with { Port = 1 }));
        Assert.Equal(2, _rig.Counters.PeerConnections);
    }

    [Fact]
    public void Without_a_permission_nobody_hears_of_it()
    {
        TurnTestClient client = _rig.Allocated();
        int listener = Assert.Single(_rig.Tcp.Listening).Key;
        Assert.Equal(0u, _rig.Arrive(listener, TurnRig.World));
        client.Permit(TurnRig.World);
        _rig.Turn.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(0u, _rig.Arrive(listener, TurnRig.World));
        client.Permit(TurnRig.World);
        Assert.Equal(0u, _rig.Arrive(listener + 1, TurnRig.World));
        Assert.NotEqual(0u, _rig.Arrive(listener, TurnRig.World));
    }

    [Fact]
    public void Another_program_of_this_host_is_no_peer()
    {
        TurnTestClient client = _rig.Allocated();
        client.Permit(client.Relayed);
        Assert.Equal(0u, _rig.Arrive(Assert.Single(_rig.Tcp.Listening).Key, client.Relayed with { Port = 50_050 }));
    }

    [Fact]
    public void Unbound_ones_are_few_and_end_after_30_seconds()
    {
        var rig = new TcpRig(TurnRig.Options with { UnboundConnectionsMax = 2 });
        TurnTestClient client = rig.Allocated();
        client.Permit(TurnRig.World);
        int listener = Assert.Single(rig.Tcp.Listening).Key;
        uint first = rig.Arrive(listener, TurnRig.World with { Port = 1 });
        uint second = rig.Arrive(listener, TurnRig.World with { Port = 2 });
        Assert.Equal(0u, rig.Arrive(listener, TurnRig.World with { Port = 3 }));
        rig.Turn.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(new HashSet<uint> { first, second }, rig.Tcp.Closed.ToHashSet());
        Assert.NotEqual(0u, rig.Arrive(listener, TurnRig.World with { Port = 3 }));
    }

    [Fact]
    public void Without_a_packet_to_tell_it_the_peer_is_not_taken()
    {
        TurnTestClient client = _rig.Allocated();
        client.Permit(TurnRig.World);
        while (_rig.Turn.Transmits.TryRent(out Relay.Core.Buffers.PacketHandle packet))
        {
            _rig.Turn.Transmits.Enqueue(packet, 1, TurnRig.World);
        }

        Assert.False(_rig.Turn.Server.TryAcceptPeer(Assert.Single(_rig.Tcp.Listening).Key, TurnRig.World, _rig.Turn.Now, out _));
        Assert.Equal(0, _rig.Counters.PeerConnections);
        _rig.Turn.Drain();
    }
}

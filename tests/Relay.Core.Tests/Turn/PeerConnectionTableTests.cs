using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>All connections of a server: <see cref="PeerConnectionTable"/>.</summary>
public class PeerConnectionTableTests
{
    [Fact]
    public void An_allocation_takes_its_connections_along_in_every_state()
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Allocated();
        TurnTestClient other = rig.Allocated();
        uint stays = rig.Connect(other, TurnRig.World);
        uint bound = rig.Connect(client, TurnRig.World);
        Assert.Equal(0, rig.Client().BindTo(bound));
        uint unbound = rig.Connect(client, TurnRig.World with { Port = 1 });
        client.BeginConnect(TurnRig.World with { Port = 2 });
        uint connecting = rig.Tcp.Connecting.Keys.Single(id => id != stays && id != bound && id != unbound);
        rig.Turn.Server.HandleStreamClosed(client.Address, rig.Turn.Now);

        Assert.Equal(new HashSet<uint> { bound, unbound, connecting }, rig.Tcp.Closed.ToHashSet());
        Assert.Equal((1, 1), (rig.Counters.PeerConnections, rig.Turn.Server.AllocationCount));
        Assert.Single(rig.Tcp.Listening);
        Assert.Empty(rig.Turn.Drain());
        rig.Turn.Server.HandlePeerOpened(connecting, rig.Turn.Now);
        Assert.Empty(rig.Turn.Drain());
    }

    [Fact]
    public void A_family_that_is_given_up_takes_its_own()
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Client();
        client.AllocateTcp((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]));
        uint ipv4 = rig.Connect(client, TurnRig.World);
        uint ipv6 = rig.Connect(client, TurnRig.WorldIPv6);
        Assert.Equal(2, rig.Tcp.Listening.Count);
        client.Refresh(0, (ref w) => w.AddAttribute(StunAttributeType.RequestedAddressFamily, [2, 0, 0, 0]));
        Assert.Equal([ipv6], rig.Tcp.Closed);
        Assert.Equal(0, rig.Client().BindTo(ipv4));
        client.Refresh(0);
        Assert.Equal([ipv6, ipv4], rig.Tcp.Closed);
        Assert.Empty(rig.Tcp.Listening);
    }

    [Fact]
    public void Ids_carry_the_worker_and_are_all_different()
    {
        var rig = new TcpRig(TurnRig.Options with
        {
            Worker = 7,
            UnboundConnectionsMax = 256,
            ConnectionsPerAllocationMax = 256,
            ConnectsBurst = 256,
        });
        TurnTestClient client = rig.Allocated();
        for (ushort port = 1; port <= 200; port++)
        {
            client.BeginConnect(TurnRig.World with { Port = port });
        }

        Assert.Equal(200, rig.Tcp.Connecting.Count);
        Assert.All(rig.Tcp.Connecting.Keys, id => Assert.Equal(7, ConnectionId.WorkerOf(id)));
    }

    [Fact]
    public void Slots_come_back()
    {
        var rig = new TcpRig(TurnRig.Options with { ConnectionsMax = 1 });
        TurnTestClient client = rig.Allocated();
        for (int i = 0; i < 5; i++)
        {
            uint id = rig.Connect(client, TurnRig.World);
            rig.Turn.Server.HandlePeerClosed(id);
        }

        Assert.Equal((0, 5), (rig.Counters.PeerConnections, rig.Counters.PeerConnectionsTotal));
    }
}

using Relay.Core.Diagnostics;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>TCP allocations as a whole: <see cref="TcpRelay"/>.</summary>
public class TcpRelayTests
{
    [Fact]
    public void They_are_for_streams_and_without_what_only_packets_have()
    {
        var rig = new TcpRig();
        Assert.Equal(StunErrorCode.BadRequest, new TurnTestClient(rig.Turn, TurnRig.At("192.0.2.9:9")).AskForTcp().Error);
        TurnTestClient client = rig.Client();
        Assert.Equal(StunErrorCode.BadRequest, Ask(StunAttributeType.EvenPort, [0]));
        Assert.Equal(StunErrorCode.BadRequest, Ask(StunAttributeType.DontFragment, []));
        Assert.Equal(StunErrorCode.BadRequest, Ask(StunAttributeType.ReservationToken, [1, 2, 3, 4, 5, 6, 7, 8]));
        Assert.Equal(StunErrorCode.MobilityForbidden, Ask(StunAttributeType.MobilityTicket, []));
        Assert.Empty(rig.Tcp.Listening);
        Assert.Equal(0, client.AskForTcp().Error);
        Assert.Empty(rig.Turn.Open);

        int Ask(ushort type, byte[] value) => client.AskForTcp((ref w) => w.AddAttribute(type, value)).Error;
    }

    [Fact]
    public void They_carry_no_packets_and_no_channels()
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Allocated();
        Assert.Equal(0, client.Permit(TurnRig.World));
        Assert.Equal(StunErrorCode.Forbidden, client.Bind(0x4000, TurnRig.World));
        Assert.Equal(DropReason.TurnPeerUnreachable, rig.Turn.Handle(client.Indication(TurnRig.World, [1]), client.Address));
        var sender = new TurnTestClient(rig.Turn, TurnRig.At("192.0.2.9:9"), "bob", "b secret");
        sender.Allocate();
        sender.Permit(client.Relayed);
        client.Permit(sender.Relayed);
        Assert.Equal(
            DropReason.TurnPeerUnreachable, rig.Turn.Handle(sender.Indication(client.Relayed, [1]), sender.Address));
    }

    [Fact]
    public void Where_they_are_off_there_is_no_such_transport_and_no_such_method()
    {
        var rig = new TurnRig(mode: PeerMode.Public);
        var client = new TurnTestClient(rig, new TcpRig().Stream());
        Assert.Equal(StunErrorCode.UnsupportedTransportProtocol, client.AskForTcp().Error);
        byte[] connect = client.Build(StunMethod.Connect, TurnTestClient.Peers(TurnRig.World));
        Assert.Equal(DropReason.StunUnexpectedMethod, rig.Handle(connect, client.Address));
        Assert.False(rig.Server.TryAcceptPeer(1, TurnRig.World, rig.Now, out _));
    }

    [Fact]
    public void A_port_that_is_taken_is_not_given_out()
    {
        var rig = new TcpRig(TurnRig.Options with { RelayPortMax = 50_001 });
        rig.Tcp.Taken.Add(50_000);
        TurnTestClient client = rig.Allocated();
        Assert.Equal(50_001, client.Relayed.Port);
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Client().AskForTcp().Error);
        client.Refresh(0);
        Assert.Equal(0, rig.Client().AskForTcp().Error);
    }

    [Fact]
    public void Draining_gives_out_no_more_and_connects_those_there_are()
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Allocated();
        rig.Turn.Server.StartDraining(rig.Turn.Now + TimeSpan.FromHours(1));
        Assert.Equal(StunErrorCode.InsufficientCapacity, rig.Client().AskForTcp().Error);
        Assert.Equal(0, rig.Client().BindTo(rig.Connect(client, TurnRig.World)));
    }

    [Fact]
    public void Strangers_are_challenged()
    {
        var rig = new TcpRig();
        TurnTestClient client = rig.Client();
        Assert.Equal(StunErrorCode.Unauthenticated, Unsigned(StunMethod.Connect));
        Assert.Equal(StunErrorCode.Unauthenticated, Unsigned(StunMethod.ConnectionBind));

        int Unsigned(StunMethod method) => client.Send(client.Build(method, TurnTestClient.Nothing, isSigned: false)).Error;
    }
}

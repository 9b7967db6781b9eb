using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>CreatePermission: <see cref="PermissionRequest"/>.</summary>
public class PermissionRequestTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");

    private readonly TurnRig _rig = new(mode: PeerMode.Public);

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Fact]
    public void Packets_need_a_permission_and_it_lasts_300_seconds()
    {
        Client.Allocate();
        byte[] send = Client.Indication(TurnRig.Media, [1]);
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(send, Address));
        Assert.Equal(0, Client.Permit(TurnRig.Media));
        Assert.Equal(DropReason.None, _rig.Handle(send, Address));
        _rig.Advance(TimeSpan.FromSeconds(299));
        Assert.Equal(DropReason.None, _rig.Handle(send, Address));
        _rig.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(send, Address));
    }

    [Fact]
    public void The_port_of_a_permission_does_not_matter()
    {
        Client.Allocate();
        Assert.Equal(0, Client.Permit(TurnRig.World with { Port = 0 }));
        Assert.Equal(DropReason.None, _rig.Handle(Client.Indication(TurnRig.World, [1]), Address));
        _rig.Drain();
    }

    [Fact]
    public void All_or_none_are_permitted()
    {
        Client.Allocate();
        Assert.Equal(StunErrorCode.Forbidden, Client.Permit(TurnRig.World, TurnRig.At("127.0.0.1:9")));
        Assert.Equal(StunErrorCode.PeerAddressFamilyMismatch, Client.Permit(TurnRig.World, TurnRig.WorldIPv6));
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(Client.Indication(TurnRig.World, [1]), Address));
        Assert.Equal(0, Client.Permit(TurnRig.World, TurnRig.Media));
        Assert.Equal(DropReason.None, _rig.Handle(Client.Indication(TurnRig.World, [1]), Address));
        Assert.Equal(DropReason.None, _rig.Handle(Client.Indication(TurnRig.Media, [1]), Address));
        _rig.Drain();
    }

    [Fact]
    public void No_peer_or_half_a_peer_is_a_bad_request_and_no_allocation_a_mismatch()
    {
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Permit(TurnRig.World));
        Client.Allocate();
        Assert.Equal(StunErrorCode.BadRequest, Client.Permit());
        Assert.Equal(
            StunErrorCode.BadRequest,
            Client.Ask(
                StunMethod.CreatePermission, (ref w) => w.AddAttribute(StunAttributeType.XorPeerAddress, [0, 1, 2])).Error);
    }

    [Fact]
    public void An_allocation_has_so_many_permissions()
    {
        var rig = new TurnRig(TurnRig.Options with { PermissionsMax = 3 }, PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        TransportAddress[] peers = [.. Enumerable.Range(1, 4).Select(i => TurnRig.At($"93.184.216.{i}:1"))];
        Assert.Equal(StunErrorCode.InsufficientCapacity, client.Permit(peers));
        Assert.Equal(0, client.Permit(peers[..3]));
        Assert.Equal(0, client.Permit(peers[..3]));
        Assert.Equal(StunErrorCode.InsufficientCapacity, client.Permit(peers[3]));
        rig.Advance(TimeSpan.FromSeconds(300));
        Assert.Equal(0, client.Permit(peers[3]));
    }

    [Fact]
    public void An_address_that_is_listed_twice_is_one_permission()
    {
        var rig = new TurnRig(TurnRig.Options with { PermissionsMax = 2 }, PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        TransportAddress first = TurnRig.At("93.184.216.1:1");
        TransportAddress second = TurnRig.At("93.184.216.2:1");
        TransportAddress third = TurnRig.At("93.184.216.3:1");
        Assert.Equal(StunErrorCode.InsufficientCapacity, client.Permit(first, first, second, third));
        Assert.Equal(0, client.Permit(first, first with { Port = 2 }, second, first));
        Assert.Equal(0, client.Permit(second, second, first));
        Assert.Equal(StunErrorCode.InsufficientCapacity, client.Permit(third));
    }
}

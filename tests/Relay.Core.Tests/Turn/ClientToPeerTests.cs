using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="ClientToPeer"/>: what becomes of what clients send.</summary>
public class ClientToPeerTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");

    private readonly TurnRig _rig = new();

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Channel_data_for_own_media_is_a_hop_within_the_message(bool padded)
    {
        Client.Allocate();
        Client.Bind(0x4000, TurnRig.Media);
        byte[] message = TurnTestClient.OnChannel(0x4000, [1, 2, 3, 4, 5], padded);
        Assert.Equal(DropReason.None, _rig.Handle(message, Address, out TurnHop hop));
        Assert.False(hop.IsNone);
        Assert.Equal([1, 2, 3, 4, 5], message[hop.Offset..(hop.Offset + hop.Length)]);
        Assert.Equal(VirtualAddressKind.TurnPeer, VirtualAddress.KindOf(hop.Remote));
        Assert.Equal(Client.Relayed, hop.Mapped);
        Assert.Empty(_rig.Drain());
        Assert.Equal(1, _rig.Server.Counters.MessagesFromClients);
        Assert.Equal(5, _rig.Server.Counters.BytesFromClients);
    }

    [Fact]
    public void A_send_indication_leads_to_the_same_hop()
    {
        Client.Allocate();
        Client.Bind(0x4000, TurnRig.Media);
        _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), Address, out TurnHop onChannel);
        byte[] message = Client.Indication(
            TurnRig.Media, [1, 2, 3, 4, 5], (ref w) => w.AddAttribute(StunAttributeType.DontFragment, []));
        Assert.Equal(DropReason.None, _rig.Handle(message, Address, out TurnHop hop));
        Assert.Equal([1, 2, 3, 4, 5], message[hop.Offset..(hop.Offset + hop.Length)]);
        Assert.Equal(onChannel.Remote, hop.Remote);
        Assert.Equal(DropReason.None, _rig.Handle(Client.Indication(TurnRig.Media, []), Address, out hop));
        Assert.Equal(0, hop.Length);
    }

    [Fact]
    public void Each_allocation_and_media_address_is_a_remote_of_its_own()
    {
        Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, [2, 0, 0, 0]));
        Client.Permit(TurnRig.Media, TurnRig.MediaIPv6);
        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.1:5001"));
        other.Allocate();
        other.Permit(TurnRig.Media);
        _rig.Handle(Client.Indication(TurnRig.Media, [1]), Address, out TurnHop first);
        _rig.Handle(Client.Indication(TurnRig.MediaIPv6, [1]), Address, out TurnHop second);
        _rig.Handle(other.Indication(TurnRig.Media, [1]), other.Address, out TurnHop third);
        Assert.Equal(3, new HashSet<TransportAddress> { first.Remote, second.Remote, third.Remote }.Count);
        Assert.True(first.Mapped.IsIPv4);
        Assert.False(second.Mapped.IsIPv4);
    }

    [Fact]
    public void A_new_allocation_in_an_old_ones_place_is_another_remote()
    {
        Client.Allocate();
        Client.Permit(TurnRig.Media);
        _rig.Handle(Client.Indication(TurnRig.Media, [1]), Address, out TurnHop before);
        Client.Refresh(0);
        Client.Allocate();
        Client.Permit(TurnRig.Media);
        _rig.Handle(Client.Indication(TurnRig.Media, [1]), Address, out TurnHop after);
        Assert.NotEqual(before.Remote, after.Remote);
        Assert.Null(_rig.Wrap([1], before.Remote));
        Assert.NotNull(_rig.Wrap([1], after.Remote));
    }

    [Fact]
    public void What_leads_nowhere_is_dropped_and_says_why()
    {
        byte[] data = TurnTestClient.OnChannel(0x4000, [1]);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Handle(data, Address));
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Handle(Client.Indication(TurnRig.Media, [1]), Address));
        Client.Allocate();
        Client.Permit(TurnRig.Media);
        Assert.Equal(DropReason.TurnNoChannel, _rig.Handle(data, Address));
        Assert.Equal(
            DropReason.StunUnknownAttribute,
            _rig.Handle(Client.Indication(TurnRig.Media, [1], (ref w) => w.AddAttribute(0x7777, [])), Address));
        byte[] half = Client.Build(
            StunMethod.Send,
            (ref w) => w.AddXorAddress(StunAttributeType.XorPeerAddress, TurnRig.Media),
            isSigned: false,
            StunClass.Indication);
        Assert.Equal(DropReason.StunMissingAttribute, _rig.Handle(half, Address));
        // The permission is for the address; another port there is not the relay's media.
        byte[] elsewhere = Client.Indication(TurnRig.Media with { Port = 22 }, [1]);
        Assert.Equal(DropReason.TurnPeerDenied, _rig.Handle(elsewhere, Address, out TurnHop hop));
        Assert.True(hop.IsNone);
        Assert.Empty(_rig.Drain());
        Assert.Equal(0, _rig.Server.Counters.MessagesFromClients);
    }

    [Fact]
    public void Own_media_only_means_nobody_else()
    {
        Client.Allocate();
        Assert.Equal(StunErrorCode.Forbidden, Client.Permit(TurnRig.World));
        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.1:5001"));
        other.Allocate();
        Assert.Equal(StunErrorCode.Forbidden, Client.Bind(0x4000, other.Relayed));
        Client.Permit(other.Relayed);
        Assert.Equal(DropReason.TurnPeerDenied, _rig.Handle(Client.Indication(other.Relayed, [1]), Address));
    }

    [Fact]
    public void Dont_fragment_goes_with_the_one_datagram_that_asks_for_it()
    {
        var rig = new TurnRig(mode: PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        client.Permit(TurnRig.World);
        rig.Handle(client.Indication(TurnRig.World, [1], (ref w) => w.AddAttribute(StunAttributeType.DontFragment, [])), Address);
        rig.Handle(client.Indication(TurnRig.World, [2]), Address);
        Assert.Equal([true, false], rig.Drain().Select(sent => sent.DontFragment));
    }

    [Fact]
    public void A_public_peer_is_sent_to_from_the_relay_port()
    {
        var rig = new TurnRig(mode: PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        client.Bind(0x4000, TurnRig.World);
        Assert.Equal(DropReason.None, rig.Handle(TurnTestClient.OnChannel(0x4000, [7, 8]), Address, out TurnHop hop));
        Assert.True(hop.IsNone);
        TurnSent sent = Assert.Single(rig.Drain());
        Assert.Equal([7, 8], sent.Bytes);
        Assert.Equal(TurnRig.World, sent.To);
        Assert.Equal(client.Relayed.Port, rig.Open[sent.Via]);
        Assert.False(sent.DontFragment);
        byte[] long_ = client.Indication(TurnRig.World, new byte[PacketPool.DatagramMaxBytes + 1]);
        Assert.Equal(DropReason.PacketTooLarge, rig.Handle(long_, Address));
        client.Refresh(0);
        Assert.Empty(rig.Open);
    }

    [Fact]
    public void A_full_queue_loses_the_packet_and_nothing_else()
    {
        var rig = new TurnRig(mode: PeerMode.Public);
        var client = new TurnTestClient(rig, Address);
        client.Allocate();
        client.Bind(0x4000, TurnRig.World);
        byte[] data = TurnTestClient.OnChannel(0x4000, [1]);
        DropReason reason = DropReason.None;
        int sent = 0;
        for (; reason == DropReason.None; sent++)
        {
            reason = rig.Handle(data, Address);
        }

        Assert.Equal(DropReason.TransmitQueueFull, reason);
        Assert.Equal(257, sent);
        Assert.Equal(256, rig.Drain().Count);
        Assert.Equal(DropReason.None, rig.Handle(data, Address));
        rig.Drain();
    }
}

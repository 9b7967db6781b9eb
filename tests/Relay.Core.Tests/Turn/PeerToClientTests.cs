using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="PeerToClient"/>: what clients get.</summary>
public class PeerToClientTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");
    private static readonly TransportAddress Stream = VirtualAddress.Of(VirtualAddressKind.Stream, 2, 9);

    private readonly TurnRig _rig = new(mode: PeerMode.Public);

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Fact]
    public void The_engines_packets_are_wrapped_in_place_by_channel_or_by_indication()
    {
        TurnHop hop = HopOf(Client, TurnRig.Media);
        byte[] payload = [.. Enumerable.Range(0, 1201).Select(i => (byte)i)];
        TurnSent sent = _rig.Wrap(payload, hop.Remote)!;
        Assert.Equal(payload, sent.Data.Payload);
        Assert.Equal(TurnRig.Media, sent.Data.Peer);
        Assert.Equal(Address, sent.To);
        Assert.Equal(0, sent.Via);

        Assert.Equal(0, Client.Bind(0x4001, TurnRig.Media));
        sent = _rig.Wrap(payload, hop.Remote)!;
        Assert.Equal(payload, sent.Data.Payload);
        Assert.Equal(0x4001, sent.Data.Channel);
        Assert.Equal(payload.Length + 4, sent.Bytes.Length);
        Assert.Equal(2, _rig.Server.Counters.MessagesToClients);
        Assert.Equal(2 * payload.Length, _rig.Server.Counters.BytesToClients);
    }

    [Fact]
    public void An_ipv6_indication_fits_into_the_headroom()
    {
        Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.RequestedAddressFamily, [2, 0, 0, 0]));
        Client.Permit(TurnRig.MediaIPv6);
        _rig.Handle(Client.Indication(TurnRig.MediaIPv6, [1]), Address, out TurnHop hop);
        Assert.Equal(TurnRig.MediaIPv6, _rig.Wrap(new byte[1400], hop.Remote)!.Data.Peer);
        Assert.NotNull(_rig.Wrap([1], hop.Remote, offset: 48));
        Assert.Null(_rig.Wrap([1], hop.Remote, offset: 47));
    }

    [Fact]
    public void On_a_stream_channel_data_is_padded_with_zeros()
    {
        Client.Address = Stream;
        TurnHop hop = HopOf(Client, TurnRig.Media);
        Client.Bind(0x4000, TurnRig.Media);
        TurnSent sent = _rig.Wrap([1, 2, 3, 4, 5], hop.Remote)!;
        Assert.Equal([0x40, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0], sent.Bytes);
        Assert.Equal(Stream, sent.To);
    }

    [Fact]
    public void Without_permission_or_allocation_nothing_is_wrapped()
    {
        TurnHop hop = HopOf(Client, TurnRig.Media);
        Assert.NotNull(_rig.Wrap([1], hop.Remote));
        Assert.Null(_rig.Wrap([1], hop.Remote with { Port = 5 }));
        _rig.Advance(TimeSpan.FromSeconds(300));
        Assert.Null(_rig.Wrap([1], hop.Remote));
        Client.Permit(TurnRig.Media);
        Assert.NotNull(_rig.Wrap([1], hop.Remote));
        Client.Refresh(0);
        Assert.Null(_rig.Wrap([1], hop.Remote));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_clients_talk_through_their_relayed_addresses_if_both_permit(bool byChannel)
    {
        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.2:6000"), "bob", "b secret");
        Client.Allocate();
        other.Allocate();
        Assert.Equal(0, Client.Permit(other.Relayed));
        byte[] send = Client.Indication(other.Relayed, [1, 2, 3]);
        Assert.Equal(DropReason.TurnNoPermission, _rig.Handle(send, Address));
        Assert.Equal(0, byChannel ? other.Bind(0x4123, Client.Relayed) : other.Permit(Client.Relayed));
        Assert.Equal(DropReason.None, _rig.Handle(send, Address, out TurnHop hop));
        Assert.True(hop.IsNone);
        TurnSent sent = Assert.Single(_rig.Drain());
        Assert.Equal(other.Address, sent.To);
        Assert.Equal([1, 2, 3], sent.Data.Payload);
        Assert.Equal(byChannel ? 0x4123 : 0, sent.Data.Channel);
        Assert.Equal(byChannel ? default : Client.Relayed, sent.Data.Peer);

        Assert.Equal(0, other.Refresh(0).Error);
        Assert.Equal(DropReason.TurnPeerUnreachable, _rig.Handle(send, Address));
    }

    [Fact]
    public void What_does_not_fit_into_a_slot_with_its_header_is_too_large()
    {
        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.2:6000"));
        Client.Allocate();
        other.Allocate();
        Client.Permit(other.Relayed);
        other.Permit(Client.Relayed);
        Assert.Equal(DropReason.None, _rig.Handle(Client.Indication(other.Relayed, new byte[1900]), Address));
        Assert.Equal(1900, Assert.Single(_rig.Drain()).Data.Payload.Length);
        Assert.Equal(DropReason.PacketTooLarge, _rig.Handle(Client.Indication(other.Relayed, new byte[1960]), Address));
        Assert.Empty(_rig.Drain());
    }

    [Fact]
    public void A_permitted_peers_datagrams_reach_the_client_of_the_port()
    {
        Client.Allocate();
        int port = Assert.Single(_rig.Open).Key;
        Assert.Equal(DropReason.TurnNoPermission, _rig.Server.HandlePeer([1, 2], port, TurnRig.World, _rig.Now));
        Client.Permit(TurnRig.World);
        Assert.Equal(DropReason.None, _rig.Server.HandlePeer([1, 2], port, TurnRig.World with { Port = 5 }, _rig.Now));
        TurnSent sent = Assert.Single(_rig.Drain());
        Assert.Equal([1, 2], sent.Data.Payload);
        Assert.Equal(TurnRig.World with { Port = 5 }, sent.Data.Peer);
        Assert.Equal(Address, sent.To);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Server.HandlePeer([1, 2], port + 1, TurnRig.World, _rig.Now));
    }

    [Fact]
    public void An_icmp_error_is_told_to_the_client_that_had_permission_to_cause_it()
    {
        Client.Allocate();
        int port = Assert.Single(_rig.Open).Key;
        Assert.Equal(DropReason.TurnNoPermission, _rig.Server.HandlePeerError(port, TurnRig.World, 3, 4, 1280, _rig.Now));
        Client.Permit(TurnRig.World);
        Assert.Equal(DropReason.None, _rig.Server.HandlePeerError(port, TurnRig.World, 3, 4, 1280, _rig.Now));
        TurnSent sent = Assert.Single(_rig.Drain());
        Assert.Equal(StunMethod.Data, sent.Stun.Method);
        Assert.Equal([0, 0, 3, 4, 0, 0, 5, 0], sent.Get(StunAttributeType.Icmp)!);
        Assert.True(sent.Stun.TryGetXorAddress(StunAttributeType.XorPeerAddress, out TransportAddress peer));
        Assert.Equal(TurnRig.World, peer);
        Assert.Null(sent.Get(StunAttributeType.Data));
        // Other types are not told, and other types' data is not an MTU.
        Assert.Equal(DropReason.TurnUnanswered, _rig.Server.HandlePeerError(port, TurnRig.World, 12, 0, 5, _rig.Now));
        Assert.Equal(DropReason.None, _rig.Server.HandlePeerError(port, TurnRig.World, 3, 3, 1280, _rig.Now));
        Assert.Equal([0, 0, 3, 3, 0, 0, 0, 0], Assert.Single(_rig.Drain()).Get(StunAttributeType.Icmp)!);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Server.HandlePeerError(99, TurnRig.World, 3, 4, 0, _rig.Now));
    }

    [Fact]
    public void Indications_have_different_transaction_ids()
    {
        TurnHop hop = HopOf(Client, TurnRig.Media);
        HashSet<string> ids = [];
        for (int i = 0; i < 20; i++)
        {
            ids.Add(Convert.ToHexString(_rig.Wrap([1], hop.Remote)!.Stun.TransactionId));
        }

        Assert.Equal(20, ids.Count);
    }

    private TurnHop HopOf(TurnTestClient client, TransportAddress media)
    {
        client.Allocate();
        Assert.Equal(0, client.Permit(media));
        Assert.Equal(DropReason.None, _rig.Handle(client.Indication(media, [1]), client.Address, out TurnHop hop));
        return hop;
    }
}

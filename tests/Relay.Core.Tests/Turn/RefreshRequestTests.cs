using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Refresh: <see cref="RefreshRequest"/>, lifetimes and moves.</summary>
public class RefreshRequestTests
{
    private static readonly byte[] IPv6 = [2, 0, 0, 0];
    private static readonly TransportAddress Home = TurnRig.At("192.0.2.1:5000");
    private static readonly TransportAddress Away = TurnRig.At("203.0.113.1:6000");

    private readonly TurnRig _rig = new();

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Home);

    [Fact]
    public void A_refreshed_allocation_lives_on_and_one_refreshed_with_0_ends()
    {
        Client.Allocate();
        _rig.Advance(TimeSpan.FromSeconds(590));
        Assert.Equal(600u, Client.Refresh().Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(590));
        Assert.Equal(3600u, Client.Refresh(5000).Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(3000));
        Assert.Equal(1, _rig.Server.AllocationCount);
        Assert.Equal(0u, Client.Refresh(0).Lifetime);
        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Refresh(600).Error);
    }

    [Fact]
    public void A_family_that_is_not_there_is_a_mismatch()
    {
        Client.Allocate();
        Assert.Equal(StunErrorCode.PeerAddressFamilyMismatch, Refresh(600, IPv6).Error);
        Assert.Equal(StunErrorCode.BadRequest, Refresh(600, [2]).Error);
    }

    [Fact]
    public void One_of_two_families_can_go_alone()
    {
        Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, IPv6));
        Assert.Equal(0, Client.Permit(TurnRig.Media, TurnRig.MediaIPv6));
        Assert.Equal(0, Refresh(0, IPv6).Error);
        Assert.Equal(1, _rig.Server.AllocationCount);
        Assert.Equal(StunErrorCode.PeerAddressFamilyMismatch, Client.Permit(TurnRig.MediaIPv6));
        Assert.Equal(0, Client.Permit(TurnRig.Media));
        Assert.Equal(0, Client.Refresh(0).Error);
        Assert.Equal(0, _rig.Server.AllocationCount);
    }

    [Fact]
    public void One_of_two_families_can_be_refreshed_alone()
    {
        Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.AdditionalAddressFamily, IPv6));
        Assert.Equal(0, Refresh(1200, IPv6).Error);
        _rig.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(1, _rig.Server.AllocationCount);
        Assert.Equal(StunErrorCode.PeerAddressFamilyMismatch, Client.Permit(TurnRig.Media));
        Assert.Equal(0, Client.Permit(TurnRig.MediaIPv6));
        _rig.Advance(TimeSpan.FromSeconds(600));
        Assert.Equal(0, _rig.Server.AllocationCount);
    }

    [Fact]
    public void A_ticket_moves_the_allocation_with_all_that_it_has()
    {
        byte[] ticket = AllocateMobile();
        Client.Bind(0x4000, TurnRig.Media);
        _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), Home, out TurnHop hop);
        Client.Address = Away;
        TurnSent answer = Show(Client, ticket);
        Assert.Equal(0, answer.Error);
        Assert.NotEqual(ticket, answer.Get(StunAttributeType.MobilityTicket)!);

        TurnSent sent = _rig.Wrap([1, 2, 3], hop.Remote)!;
        Assert.Equal(Away, sent.To);
        Assert.Equal([1, 2, 3], sent.Data.Payload);
        _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), Away, out TurnHop moved);
        Assert.Equal(hop.Remote, moved.Remote);
        Assert.Equal(DropReason.TurnNoAllocation, _rig.Handle(TurnTestClient.OnChannel(0x4000, [1]), Home));
        Assert.Equal(1, _rig.Server.AllocationCount);
    }

    [Fact]
    public void A_move_whose_answer_was_lost_is_answered_again()
    {
        byte[] ticket = AllocateMobile();
        Client.Address = Away;
        byte[] first = Show(Client, ticket).Get(StunAttributeType.MobilityTicket)!;
        Assert.Equal(first, Show(Client, ticket).Get(StunAttributeType.MobilityTicket)!);

        // Moved on before it heard anything: the old ticket is all that it has.
        Client.Address = TurnRig.At("203.0.113.2:7000");
        byte[] second = Show(Client, ticket).Get(StunAttributeType.MobilityTicket)!;
        Client.Address = Home;
        Assert.Equal(0, Show(Client, second).Error);
        Assert.Equal(StunErrorCode.AllocationMismatch, Show(new TurnTestClient(_rig, Away), first).Error);
    }

    [Fact]
    public void A_ticket_is_not_enough_to_take_an_allocation()
    {
        byte[] ticket = AllocateMobile();
        var bob = new TurnTestClient(_rig, Away, "bob", "b secret");
        Assert.Equal(StunErrorCode.WrongCredentials, Show(bob, ticket).Error);
        byte[] forged = [.. ticket];
        forged[^1] ^= 1;
        Assert.Equal(StunErrorCode.AllocationMismatch, Show(new TurnTestClient(_rig, Away), forged).Error);
        Assert.Equal(0, Client.Refresh(600).Error);
    }

    [Fact]
    public void A_flow_with_an_allocation_takes_no_other()
    {
        byte[] ticket = AllocateMobile();
        var other = new TurnTestClient(_rig, Away);
        other.Allocate();
        Assert.Equal(StunErrorCode.AllocationMismatch, Show(other, ticket).Error);
        Assert.Equal(2, _rig.Server.AllocationCount);
    }

    [Fact]
    public void A_move_does_not_escape_the_quota_of_where_it_goes()
    {
        var rig = new TurnRig(TurnRig.Options with { AllocationsPerSourceMax = 1 });
        var client = new TurnTestClient(rig, Home);
        byte[] ticket = client.Allocate((ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, []))
            .Get(StunAttributeType.MobilityTicket)!;
        var other = new TurnTestClient(rig, Away);
        other.Allocate();
        client.Address = Away with { Port = 1 };
        Assert.Equal(StunErrorCode.AllocationQuotaReached, Show(client, ticket).Error);
        other.Refresh(0);
        Assert.Equal(0, Show(client, ticket).Error);
        new TurnTestClient(rig, Home).Allocate();
    }

    [Fact]
    public void Tickets_can_be_off()
    {
        var rig = new TurnRig(TurnRig.Options with { AllowMobility = false });
        var client = new TurnTestClient(rig, Home);
        client.Allocate();
        Assert.Equal(StunErrorCode.MobilityForbidden, Show(client, new byte[MobilityTicket.Bytes]).Error);
    }

    private static TurnSent Show(TurnTestClient client, byte[] ticket) =>
        client.Refresh(600, (ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, ticket));

    private byte[] AllocateMobile() => Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.MobilityTicket, []))
        .Get(StunAttributeType.MobilityTicket)!;

    private TurnSent Refresh(uint lifetime, byte[] family) =>
        Client.Refresh(lifetime, (ref w) => w.AddAttribute(StunAttributeType.RequestedAddressFamily, family));
}

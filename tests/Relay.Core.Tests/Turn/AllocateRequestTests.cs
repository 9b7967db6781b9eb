using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary>Allocate: <see cref="AllocateRequest"/>.</summary>
public class AllocateRequestTests
{
    private static readonly byte[] IPv4 = [1, 0, 0, 0];
    private static readonly byte[] IPv6 = [2, 0, 0, 0];

    private readonly TurnRig _rig = new();
    private int _port = 5000;

    private TurnTestClient Client => field ??= New();

    [Fact]
    public void A_client_gets_an_address_from_the_range_and_hears_its_own()
    {
        TurnSent answer = Client.Allocate();
        TransportAddress relayed = Assert.Single(answer.Relayed);
        Assert.Equal(TurnRig.Options.RelayIPv4!.Value.Address, relayed.Address);
        Assert.InRange(relayed.Port, 50_000, 50_099);
        Assert.True(answer.Stun.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(Client.Address, mapped);
        Assert.Equal(600u, answer.Lifetime);
        Assert.Null(answer.Get(StunAttributeType.ReservationToken));
        Assert.Null(answer.Get(StunAttributeType.MobilityTicket));
        Assert.Equal(1, _rig.Server.AllocationCount);
    }

    [Theory]
    [InlineData(0u, 600u)]
    [InlineData(599u, 600u)]
    [InlineData(601u, 601u)]
    [InlineData(3600u, 3600u)]
    [InlineData(uint.MaxValue, 3600u)]
    public void The_lifetime_is_clamped(uint wanted, uint given)
    {
        Assert.Equal(given, Client.Allocate((ref w) => w.AddUInt32(StunAttributeType.Lifetime, wanted)).Lifetime);
        _rig.Advance(TimeSpan.FromSeconds(given) - TimeSpan.FromTicks(1));
        Assert.Equal(1, _rig.Server.AllocationCount);
        _rig.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(0, _rig.Server.AllocationCount);
    }

    [Fact]
    public void Sent_again_it_gets_the_same_answer_and_another_one_does_not()
    {
        Client.Allocate();
        Client.Refresh(0);
        byte[] request = Client.Build(
            StunMethod.Allocate, With(StunAttributeType.EvenPort, [0x80], StunAttributeType.MobilityTicket, []));
        TurnSent first = Client.Send(request);
        Assert.Equal(0, first.Error);
        _rig.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal(first.Bytes, Client.Send(request).Bytes);
        Assert.Equal(1, _rig.Server.AllocationCount);
        Assert.Equal(0, _rig.Server.Counters.Refused(TurnRefusal.AllocationMismatch));
    }

    [Fact]
    public void A_flow_has_one_allocation()
    {
        Client.Allocate();
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
        Assert.Equal(1, _rig.Server.AllocationCount);
    }

    [Theory]
    [InlineData(6, StunErrorCode.UnsupportedTransportProtocol)]
    [InlineData(0, StunErrorCode.UnsupportedTransportProtocol)]
    public void Only_udp_is_relayed(byte transport, int error) => Assert.Equal(
        error,
        Client.Ask(
            StunMethod.Allocate, (ref w) => w.AddAttribute(StunAttributeType.RequestedTransport, [transport, 0, 0, 0])).Error);

    [Fact]
    public void What_is_missing_malformed_or_contradicts_itself_is_a_bad_request()
    {
        AddAttributes[] wrong =
        [
            With(StunAttributeType.Lifetime, [1]),
            TurnTestClient.Nothing,
            (ref w) => w.AddAttribute(StunAttributeType.RequestedTransport, [17]),
            With(StunAttributeType.EvenPort, []),
            With(StunAttributeType.ReservationToken, [1, 2]),
            With(StunAttributeType.RequestedAddressFamily, [1]),
            With(StunAttributeType.AdditionalAddressFamily, IPv4),
            With(StunAttributeType.MobilityTicket, [1]),
            With(StunAttributeType.EvenPort, [0], StunAttributeType.ReservationToken, new byte[8]),
            With(StunAttributeType.RequestedAddressFamily, IPv4, StunAttributeType.AdditionalAddressFamily, IPv6),
            With(StunAttributeType.EvenPort, [0x80], StunAttributeType.AdditionalAddressFamily, IPv6),
            With(StunAttributeType.ReservationToken, [1, 1, 1, 1, 1, 1, 1, 1], StunAttributeType.AdditionalAddressFamily, IPv6),
        ];
        foreach (AddAttributes attributes in wrong)
        {
            Assert.Equal(StunErrorCode.BadRequest, Client.Ask(StunMethod.Allocate, attributes).Error);
        }

        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(wrong.Length, _rig.Server.Counters.Refused(TurnRefusal.BadRequest));
    }

    [Fact]
    public void Dont_fragment_is_taken() => Client.Allocate((ref w) => w.AddAttribute(StunAttributeType.DontFragment, []));

    [Fact]
    public void An_even_port_is_even()
    {
        for (int i = 0; i < 10; i++)
        {
            TurnSent answer = New().Allocate(Extra(StunAttributeType.EvenPort, [0]));
            Assert.Equal(0, answer.Relayed[0].Port % 2);
            Assert.Null(answer.Get(StunAttributeType.ReservationToken));
        }
    }

    [Fact]
    public void A_reserved_port_is_the_next_one_for_who_shows_the_token_in_time()
    {
        TurnSent even = Client.Allocate(Extra(StunAttributeType.EvenPort, [0x80]));
        byte[] token = even.Get(StunAttributeType.ReservationToken)!;
        TurnTestClient second = New();
        TurnSent odd = second.Allocate((ref w) =>
        {
            w.AddAttribute(StunAttributeType.ReservationToken, token);
            w.AddAttribute(StunAttributeType.RequestedAddressFamily, IPv4);
        });
        Assert.Equal(even.Relayed[0].Port + 1, odd.Relayed[0].Port);
        Assert.Equal(StunErrorCode.InsufficientCapacity, Redeem(token));
        Assert.Equal(0, second.Refresh(0).Error);
        Assert.Equal(0, Client.Refresh(0).Error);
        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(Instant.Never, _rig.Server.NextTimeout);
    }

    [Fact]
    public void A_reservation_lasts_30_seconds_even_if_its_allocation_goes()
    {
        byte[] token = Client.Allocate(Extra(StunAttributeType.EvenPort, [0x80])).Get(StunAttributeType.ReservationToken)!;
        Client.Refresh(0);
        _rig.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(0, Redeem(token));

        byte[] late = Client.Allocate(Extra(StunAttributeType.EvenPort, [0x80])).Get(StunAttributeType.ReservationToken)!;
        _rig.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Redeem(late));
        Assert.Equal(StunErrorCode.InsufficientCapacity, Redeem(new byte[8]));
    }

    [Fact]
    public void A_reservation_is_for_one_family()
    {
        byte[] token = Reserve(New(), IPv6);
        AddAttributes asIPv4 = With(StunAttributeType.ReservationToken, token, StunAttributeType.RequestedAddressFamily, IPv4);
        Assert.Equal(StunErrorCode.BadRequest, New().Ask(StunMethod.Allocate, asIPv4).Error);
        TurnSent answer = New().Allocate(
            With2(StunAttributeType.ReservationToken, token, StunAttributeType.RequestedAddressFamily, IPv6));
        Assert.False(answer.Relayed[0].IsIPv4);
    }

    [Fact]
    public void A_token_alone_is_enough_for_a_reserved_port_of_either_family()
    {
        foreach (byte[] family in new[] { IPv4, IPv6 })
        {
            byte[] token = Reserve(New(), family);
            TurnSent answer = New().Allocate(Extra(StunAttributeType.ReservationToken, token));
            Assert.Equal(family == IPv4, answer.Relayed[0].IsIPv4);
        }
    }

    [Fact]
    public void Too_many_reservations_are_refused_and_leave_no_ports_taken()
    {
        for (int i = 0; i < TurnRig.Options.ReservationsMax; i++)
        {
            New().Allocate(Extra(StunAttributeType.EvenPort, [0x80]));
        }

        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.1:1"), "bob", "b secret");
        Assert.Equal(
            StunErrorCode.InsufficientCapacity,
            other.Ask(StunMethod.Allocate, With(StunAttributeType.EvenPort, [0x80])).Error);
        _rig.Advance(TimeSpan.FromSeconds(30));
        New().Allocate(Extra(StunAttributeType.EvenPort, [0x80]));
    }

    [Fact]
    public void The_family_can_be_chosen()
    {
        Assert.True(New().Allocate(Extra(StunAttributeType.RequestedAddressFamily, IPv4)).Relayed[0].IsIPv4);
        Assert.False(New().Allocate(Extra(StunAttributeType.RequestedAddressFamily, IPv6)).Relayed[0].IsIPv4);
        Assert.Equal(
            StunErrorCode.AddressFamilyNotSupported,
            Client.Ask(StunMethod.Allocate, With(StunAttributeType.RequestedAddressFamily, [3, 0, 0, 0])).Error);
    }

    [Fact]
    public void A_family_that_the_relay_has_not_is_refused()
    {
        var rig = new TurnRig(TurnRig.Options with { RelayIPv6 = null });
        var client = new TurnTestClient(rig, Client.Address);
        Assert.Equal(
            StunErrorCode.AddressFamilyNotSupported,
            client.Ask(StunMethod.Allocate, With(StunAttributeType.RequestedAddressFamily, IPv6)).Error);
    }

    [Fact]
    public void Where_there_is_no_IPv4_who_names_no_family_gets_IPv6()
    {
        var rig = new TurnRig(TurnRig.Options with { RelayIPv4 = null });
        Assert.False(Assert.Single(New(1).Allocate().Relayed).IsIPv4);
        Assert.False(Assert.Single(New(2).Allocate(Extra(StunAttributeType.EvenPort, [0])).Relayed).IsIPv4);
        Assert.False(Assert.Single(New(3).Allocate(Extra(StunAttributeType.EvenPort, [0x80])).Relayed).IsIPv4);
        Assert.Equal(
            StunErrorCode.AddressFamilyNotSupported,
            New(4).Ask(StunMethod.Allocate, With(StunAttributeType.RequestedAddressFamily, IPv4)).Error);

        TurnTestClient New(ushort port) => new(rig, Client.Address with { Port = port });
    }

    [Fact]
    public void Two_families_at_once()
    {
        TurnSent answer = Client.Allocate(Extra(StunAttributeType.AdditionalAddressFamily, IPv6));
        Assert.Equal([true, false], answer.Relayed.Select(r => r.IsIPv4));
        Assert.Null(answer.Get(StunAttributeType.AddressErrorCode));
    }

    [Fact]
    public void One_of_two_families_is_better_than_none()
    {
        var rig = new TurnRig(TurnRig.Options with { RelayIPv6 = null });
        TurnSent answer = new TurnTestClient(rig, Client.Address)
            .Allocate(Extra(StunAttributeType.AdditionalAddressFamily, IPv6));
        Assert.True(Assert.Single(answer.Relayed).IsIPv4);
        Assert.Equal([2, 0, 4, 40], answer.Get(StunAttributeType.AddressErrorCode)!);

        rig = new TurnRig(TurnRig.Options with { RelayIPv4 = null });
        answer = new TurnTestClient(rig, Client.Address).Allocate(Extra(StunAttributeType.AdditionalAddressFamily, IPv6));
        Assert.False(Assert.Single(answer.Relayed).IsIPv4);
        Assert.Equal([1, 0, 4, 40], answer.Get(StunAttributeType.AddressErrorCode)!);
    }

    [Fact]
    public void Mobility_is_asked_for_and_may_be_off()
    {
        TurnSent answer = Client.Allocate(Extra(StunAttributeType.MobilityTicket, []));
        Assert.Equal(MobilityTicket.Bytes, answer.Get(StunAttributeType.MobilityTicket)!.Length);
        var rig = new TurnRig(TurnRig.Options with { AllowMobility = false });
        var client = new TurnTestClient(rig, Client.Address);
        Assert.Equal(
            StunErrorCode.MobilityForbidden,
            client.Ask(StunMethod.Allocate, With(StunAttributeType.MobilityTicket, [])).Error);
    }

    [Fact]
    public void Users_sources_and_all_have_quotas()
    {
        TurnOptions options = TurnRig.Options with { AllocationsPerUserMax = 2, AllocationsPerSourceMax = 3, AllocationsMax = 4 };
        var rig = new TurnRig(options);
        TurnTestClient first = Of("alice", "192.0.2.1:1");
        first.Allocate();
        Of("alice", "192.0.2.1:2").Allocate();
        Assert.Equal(StunErrorCode.AllocationQuotaReached, Ask("alice", "203.0.113.1:1"));
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.UserQuota));
        Of("bob", "192.0.2.1:3").Allocate();
        Assert.Equal(StunErrorCode.AllocationQuotaReached, Ask("bob", "192.0.2.1:4"));
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.SourceQuota));
        Of("bob", "203.0.113.1:1").Allocate();
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask("bob", "203.0.113.1:2"));
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.InsufficientCapacity));
        first.Refresh(0);
        Of("alice", "203.0.113.1:2").Allocate();

        TurnTestClient Of(string user, string from) => new(rig, TurnRig.At(from), user, user[0] + " secret");
        int Ask(string user, string from) => Of(user, from).Ask(StunMethod.Allocate, TurnTestClient.Udp).Error;
    }

    [Fact]
    public void A_reservation_counts_as_an_allocation_of_who_made_it()
    {
        TurnOptions options = TurnRig.Options with { AllocationsPerUserMax = 3, AllocationsPerSourceMax = 4, AllocationsMax = 5 };
        var rig = new TurnRig(options);
        TurnSent even = Of("alice", "192.0.2.1:1").Allocate(Extra(StunAttributeType.EvenPort, [0x80]));
        Assert.Equal(StunErrorCode.AllocationQuotaReached, Reserve("alice", "203.0.113.1:1"));
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.UserQuota));
        TurnTestClient third = Of("alice", "192.0.2.1:2");
        third.Allocate();
        Assert.Equal(StunErrorCode.AllocationQuotaReached, Reserve("bob", "192.0.2.1:3"));
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.SourceQuota));
        Of("bob", "192.0.2.1:3").Allocate();
        Assert.Equal(StunErrorCode.InsufficientCapacity, Reserve("bob", "203.0.113.1:1"));
        Of("bob", "203.0.113.1:1").Allocate();
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask("bob", "203.0.113.1:2"));

        // All three are full, and the reserved port is its user's, whose place is kept; for another it would be one more.
        byte[] token = even.Get(StunAttributeType.ReservationToken)!;
        Of("alice", "192.0.2.1:4").Allocate(Extra(StunAttributeType.ReservationToken, token));
        Assert.Equal(5, rig.Server.AllocationCount);
        Assert.Equal(StunErrorCode.InsufficientCapacity, Ask("alice", "192.0.2.1:5"));
        third.Refresh(0);
        Of("alice", "192.0.2.1:5").Allocate();

        TurnTestClient Of(string user, string from) => new(rig, TurnRig.At(from), user, user[0] + " secret");
        int Ask(string user, string from) => Of(user, from).Ask(StunMethod.Allocate, TurnTestClient.Udp).Error;
        int Reserve(string user, string from) =>
            Of(user, from).Ask(StunMethod.Allocate, With(StunAttributeType.EvenPort, [0x80])).Error;
    }

    [Fact]
    public void A_reservation_that_nobody_redeems_or_another_does_is_no_longer_counted()
    {
        var rig = new TurnRig(TurnRig.Options with { AllocationsPerUserMax = 2 });
        new TurnTestClient(rig, TurnRig.At("192.0.2.1:1")).Allocate(Extra(StunAttributeType.EvenPort, [0x80]));
        TurnTestClient second = new(rig, TurnRig.At("192.0.2.1:2"));
        Assert.Equal(StunErrorCode.AllocationQuotaReached, second.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
        rig.Advance(TimeSpan.FromSeconds(30));
        second.Allocate();

        byte[] token = Of("bob", 3).Allocate(Extra(StunAttributeType.EvenPort, [0x80])).Get(StunAttributeType.ReservationToken)!;
        TurnTestClient full = Of("alice", 4);
        Assert.Equal(
            StunErrorCode.AllocationQuotaReached,
            full.Ask(StunMethod.Allocate, With(StunAttributeType.ReservationToken, token)).Error);
        second.Refresh(0);
        full.Allocate(Extra(StunAttributeType.ReservationToken, token));
        Of("bob", 5).Allocate();

        TurnTestClient Of(string user, int port) => new(rig, TurnRig.At($"192.0.2.1:{port}"), user, user[0] + " secret");
    }

    [Fact]
    public void When_all_ports_are_taken_there_is_no_capacity()
    {
        var rig = new TurnRig(TurnRig.Options with { RelayPortMin = 50_000, RelayPortMax = 50_002 });
        HashSet<ushort> ports = [];
        for (int i = 0; i < 3; i++)
        {
            ports.Add(new TurnTestClient(rig, TurnRig.At($"192.0.2.1:{1000 + i}")).Allocate().Relayed[0].Port);
        }

        Assert.Equal(3, ports.Count);
        var next = new TurnTestClient(rig, TurnRig.At("192.0.2.1:2000"));
        Assert.Equal(StunErrorCode.InsufficientCapacity, next.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
    }

    [Fact]
    public void While_draining_clients_are_sent_elsewhere_or_away()
    {
        TransportAddress alternate = TurnRig.At("198.51.100.9:3478");
        var rig = new TurnRig(TurnRig.Options with { AlternateIPv4 = alternate });
        var old = new TurnTestClient(rig, TurnRig.At("192.0.2.1:1"));
        old.Allocate();
        rig.Server.StartDraining(rig.Now + TimeSpan.FromHours(1));
        TurnSent answer = new TurnTestClient(rig, TurnRig.At("192.0.2.1:2")).Ask(StunMethod.Allocate, TurnTestClient.Udp);
        Assert.Equal(StunErrorCode.TryAlternate, answer.Error);
        Assert.True(answer.Stun.TryGetAddress(StunAttributeType.AlternateServer, out TransportAddress told));
        Assert.Equal(alternate, told);
        Assert.Equal(
            StunErrorCode.InsufficientCapacity,
            new TurnTestClient(rig, TurnRig.At("[2001:db8::1]:2")).Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
        Assert.Equal(1, rig.Server.Counters.Refused(TurnRefusal.Draining));
        Assert.Equal(0, old.Refresh(600).Error);
    }

    private static AddAttributes Extra(ushort type, byte[] value) => (ref writer) => writer.AddAttribute(type, value);

    private static AddAttributes With2(ushort type, byte[] value, ushort type2, byte[] value2) => (ref writer) =>
    {
        writer.AddAttribute(type, value);
        writer.AddAttribute(type2, value2);
    };

    private static AddAttributes With(
        ushort type, byte[] value, ushort type2 = StunAttributeType.Software, byte[]? value2 = null) =>
        (ref writer) =>
        {
            TurnTestClient.Udp(ref writer);
            writer.AddAttribute(type, value);
            writer.AddAttribute(type2, value2 ?? []);
        };

    private static byte[] Reserve(TurnTestClient client, byte[] family) => client
        .Allocate(With2(StunAttributeType.EvenPort, [0x80], StunAttributeType.RequestedAddressFamily, family))
        .Get(StunAttributeType.ReservationToken)!;

    private TurnTestClient New() => new(_rig, TurnRig.At($"192.0.2.1:{_port++}"));

    private int Redeem(byte[] token) => New().Ask(StunMethod.Allocate, With(StunAttributeType.ReservationToken, token)).Error;
}

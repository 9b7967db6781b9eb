using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

/// <summary><see cref="TurnAuthenticator"/> as clients see it.</summary>
public class TurnAuthenticatorTests
{
    private static readonly TransportAddress Address = TurnRig.At("192.0.2.1:5000");

    private readonly TurnRig _rig = new();

    private TurnTestClient Client => field ??= new TurnTestClient(_rig, Address);

    [Fact]
    public void Without_credentials_there_is_a_challenge_and_no_state()
    {
        TurnSent answer = Client.Send(Client.Build(StunMethod.Allocate, TurnTestClient.Udp, isSigned: false));
        Assert.Equal(StunErrorCode.Unauthenticated, answer.Error);
        Assert.Equal(TurnRig.Realm, Encoding.UTF8.GetString(answer.Get(StunAttributeType.Realm)!));
        Assert.NotNull(answer.Get(StunAttributeType.Nonce));
        Assert.Null(answer.Get(StunAttributeType.Software));
        Assert.Equal(4, answer.Get(StunAttributeType.ErrorCode)!.Length);
        Assert.Equal(0, _rig.Server.AllocationCount);
        Assert.Equal(Instant.Never, _rig.Server.NextTimeout);
        Assert.Equal(1, _rig.Server.Counters.Refused(TurnRefusal.Unauthorized));
    }

    [Fact]
    public void A_wrong_password_and_an_unknown_user_are_challenged_alike()
    {
        var wrong = new TurnTestClient(_rig, Address, "alice", "wrong");
        var unknown = new TurnTestClient(_rig, Address, "carol");
        Assert.Equal(StunErrorCode.Unauthenticated, wrong.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
        Assert.Equal(StunErrorCode.Unauthenticated, unknown.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
        Assert.Equal(0, _rig.Server.AllocationCount);
    }

    [Fact]
    public void A_nonce_that_is_too_old_is_replaced()
    {
        Client.Allocate((ref w) => w.AddUInt32(StunAttributeType.Lifetime, 3600));
        _rig.Advance(TimeSpan.FromMinutes(59));
        Assert.Equal(0, Client.Refresh(3600).Error);
        Assert.Equal(0, _rig.Server.Counters.Refused(TurnRefusal.StaleNonce));
        _rig.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(0, Client.Refresh(3600).Error);
        Assert.Equal(1, _rig.Server.Counters.Refused(TurnRefusal.StaleNonce));
    }

    [Fact]
    public void A_nonce_is_good_for_the_address_that_it_was_given_to()
    {
        Client.Allocate();
        byte[] request = Client.Build(StunMethod.Allocate, TurnTestClient.Udp);
        var other = new TurnTestClient(_rig, TurnRig.At("192.0.2.1:5001"));
        Assert.Equal(StunErrorCode.StaleNonce, other.Send(request).Error);
    }

    [Fact]
    public void An_integrity_without_a_nonce_is_a_bad_request()
    {
        byte[] request = Client.Build(
            StunMethod.Allocate,
            (ref w) =>
            {
                w.AddUsername("alice"u8);
                w.AddMessageIntegrity(Client.Key);
            },
            isSigned: false);
        Assert.Equal(StunErrorCode.BadRequest, Client.Send(request).Error);
    }

    [Theory]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Sha256_and_hashed_names_work_for_the_whole_life(bool sha256, bool hash)
    {
        Client.UsesSha256 = sha256;
        Client.HidesName = hash;
        // Long enough for a challenge that offers both.
        Assert.Equal(0, Client.Ask(StunMethod.Allocate, Padded).Error);
        TurnSent answer = Client.Refresh(600);
        Assert.Equal(0, answer.Error);
        Assert.Equal(sha256, answer.Stun.HasIntegritySha256);
        Assert.Equal(!sha256, answer.Stun.HasIntegrity);
        Assert.Equal(0, Client.Permit(TurnRig.Media));
        Assert.Equal(0, _rig.Server.Counters.Refused(TurnRefusal.WrongCredentials));
    }

    [Fact]
    public void Another_user_has_no_business_with_an_allocation()
    {
        Client.Allocate();
        var bob = new TurnTestClient(_rig, Address, "bob", "b secret");
        Assert.Equal(StunErrorCode.WrongCredentials, bob.Refresh(0).Error);
        var wrong = new TurnTestClient(_rig, Address, "alice", "wrong");
        Assert.Equal(StunErrorCode.Unauthenticated, wrong.Refresh(0).Error);
        Assert.Equal(1, _rig.Server.AllocationCount);
    }

    [Fact]
    public void A_time_limited_user_may_go_on_with_an_allocation_but_not_make_another()
    {
        var rig = new TurnRig(secrets: ["shared"]);
        long expiry = 1_000_000 + 3600 + 60;
        string name = $"{expiry}:1-abc";
        var client = new TurnTestClient(rig, Address, name, TurnCredentials.Mint("shared", name));
        client.Allocate();
        rig.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(0, client.Refresh(600).Error);
        var second = new TurnTestClient(rig, TurnRig.At("192.0.2.1:5001"), name, TurnCredentials.Mint("shared", name));
        Assert.Equal(StunErrorCode.Unauthenticated, second.Ask(StunMethod.Allocate, TurnTestClient.Udp).Error);
    }

    [Fact]
    public void A_nonce_stays_good_when_its_connection_is_led_to_another_worker()
    {
        AddAttributes nothing = TurnTestClient.Nothing;
        Client.Address = VirtualAddress.Of(VirtualAddressKind.Stream, 1, 1);
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Ask(StunMethod.Refresh, nothing).Error);
        Client.Address = VirtualAddress.Of(VirtualAddressKind.Stream, 2, 5);
        Assert.Equal(StunErrorCode.AllocationMismatch, Client.Send(Client.Build(StunMethod.Refresh, nothing)).Error);
    }

    [Fact]
    public void A_request_that_was_changed_on_the_way_is_not_believed()
    {
        Client.Allocate();
        byte[] request = Client.Build(StunMethod.Refresh, (ref w) => w.AddUInt32(StunAttributeType.Lifetime, 600));
        request[27] ^= 1;
        Assert.Equal(StunErrorCode.Unauthenticated, Client.Send(request).Error);
        Assert.Equal(DropReason.None, _rig.Handle(request, Address));
        _rig.Drain();
    }

    private static void Padded(ref StunMessageWriter writer)
    {
        TurnTestClient.Udp(ref writer);
        writer.AddAttribute(StunAttributeType.Software, new byte[60]);
    }
}

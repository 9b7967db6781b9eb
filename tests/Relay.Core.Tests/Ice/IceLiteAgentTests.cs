using Relay.Core.Diagnostics;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;
using static Relay.Core.Tests.Ice.IceLeg;

namespace Relay.Core.Tests.Ice;

/// <summary>Connecting, authentication, limits and the end. Selection and restart have their own files.</summary>
public class IceLiteAgentTests
{
    private readonly IceLeg _leg = new();

    [Fact]
    public void A_check_validates_and_a_nomination_connects()
    {
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        Assert.False(_leg.Agent.IsValidated(A));

        _leg.Send(A);
        Assert.True(_leg.Agent.IsValidated(A));
        Assert.Equal(IceState.Checking, _leg.Agent.State);

        _leg.Nominate(A);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        Assert.Equal(1u, _leg.Agent.Generation);
        Assert.Equal(CloseReason.None, _leg.Agent.CloseReason);
    }

    [Fact]
    public void The_answer_tells_the_mapped_address_and_the_remote_stays_the_flow()
    {
        TransportAddress stream = VirtualAddress.Of(VirtualAddressKind.Stream, 3, 1);
        byte[] response = new byte[IceLiteAgent.ResponseMaxBytes];
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(_leg.Request(), out StunMessageReader message));

        Assert.Equal(
            DropReason.None, _leg.Agent.HandleBindingRequest(message, stream, B, _leg.Now, response, out int length));

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(response.AsSpan(0, length), out StunMessageReader answer));
        Assert.True(answer.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(B, mapped);
        Assert.True(_leg.Agent.IsValidated(stream));
        Assert.False(_leg.Agent.IsValidated(B));
    }

    [Fact]
    public void Before_the_start_nothing_is_answered()
    {
        var leg = new IceLeg(start: false);
        Assert.Equal(IceState.New, leg.Agent.State);
        Assert.Equal(Instant.Never, leg.Agent.NextTimeout);
        leg.Refused(DropReason.WrongState, A, new Check());
        Assert.False(leg.Agent.HandleRestart(leg.Local, leg.Remote, leg.Now));
    }

    [Fact]
    public void Nothing_unauthenticated_is_answered_or_changes_anything()
    {
        _leg.Nominate(A);
        string ufrag = System.Text.Encoding.ASCII.GetString(_leg.Local.Ufrag);
        string[] wrong =
        [
            "x", ufrag, ufrag + ":", ufrag + ":pee", ufrag + ":peerx", ufrag + ":Peer", ufrag + "xpeer", "peer:" + ufrag,
        ];
        foreach (TransportAddress from in new[] { A, B })
        {
            _leg.Refused(
                DropReason.StunBadIntegrity, from, new Check { Nominate = true, Password = "wrong", Priority = uint.MaxValue });
            _leg.Refused(DropReason.StunBadIntegrity, from, new Check { Nominate = true, Password = "wrong", Extra = [0x7000] });
            _leg.Refused(DropReason.StunBadIntegrity, from, new Check { Controlled = true, Password = "wrong" });
            _leg.Refused(DropReason.StunMissingAttribute, from, new Check { Integrity = false });
            _leg.Refused(DropReason.StunMissingAttribute, from, new Check { Fingerprint = false });
            _leg.Refused(DropReason.StunMissingAttribute, from, new Check { Username = string.Empty });
            foreach (string username in wrong)
            {
                _leg.Refused(DropReason.StunUnknownUser, from, new Check { Username = username });
            }
        }
    }

    [Fact]
    public void Only_binding_requests_are_answered_and_indications_are_mere_keepalives()
    {
        _leg.Nominate(A);
        _leg.Refused(DropReason.StunUnexpectedMethod, A, new Check { Method = (StunMethod)3 });
        _leg.Refused(DropReason.StunUnexpectedClass, A, new Check { Class = StunClass.SuccessResponse });
        _leg.Refused(DropReason.StunUnexpectedClass, A, new Check { Class = StunClass.ErrorResponse });
        _leg.Refused(DropReason.None, B, new Check { Class = StunClass.Indication, Nominate = true });
        Assert.False(_leg.Agent.IsValidated(B));

        _leg.Advance(29);
        _leg.Refused(DropReason.None, A, new Check { Class = StunClass.Indication });
        _leg.Advance(1);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
    }

    [Fact]
    public void A_peer_that_says_it_is_controlled_gets_487_and_may_come_back_as_controlling()
    {
        _leg.Refused(DropReason.IceRoleConflict, A, new Check { Controlled = true, Nominate = true }, StunErrorCode.RoleConflict);
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        _leg.Nominate(A);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
    }

    [Fact]
    public void Unknown_required_attributes_get_420_that_lists_them()
    {
        var check = new Check { Nominate = true, Extra = [0x7001, 0x7002] };
        _leg.Refused(DropReason.StunUnknownAttribute, A, check, StunErrorCode.UnknownAttribute);

        Assert.Equal(DropReason.None, StunMessageReader.TryParse(_leg.Response, out StunMessageReader message));
        Assert.True(message.TryGetAttribute(StunAttributeType.UnknownAttributes, out ReadOnlySpan<byte> value));
        Assert.Equal([0x70, 0x01, 0x70, 0x02], value.ToArray());
    }

    [Fact]
    public void Unknown_optional_attributes_do_no_harm()
    {
        _leg.Send(A, new Check { Nominate = true, Extra = [0xC057, 0x8022, 0xFFFF] });
        Assert.Equal(IceState.Connected, _leg.Agent.State);
    }

    [Fact]
    public void A_check_without_priority_gets_400() =>
        _leg.Refused(
            DropReason.StunMissingAttribute, A, new Check { Priority = null, Nominate = true }, StunErrorCode.BadRequest);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Without_a_nomination_it_gives_up_after_the_connect_timeout(bool validated)
    {
        for (int second = 0; second < 29; second++)
        {
            if (validated)
            {
                _leg.Send(A);
            }

            _leg.Advance(1);
        }

        Assert.Equal(IceState.Checking, _leg.Agent.State);
        _leg.Advance(1);
        Assert.Equal(IceState.Closed, _leg.Agent.State);
        Assert.Equal(CloseReason.ConnectTimeout, _leg.Agent.CloseReason);
        Assert.Equal(0, _leg.FlowCount);
        Assert.Equal(Instant.Never, _leg.Agent.NextTimeout);
        _leg.Refused(DropReason.WrongState, A, new Check { Nominate = true });
    }

    [Fact]
    public void Consent_lasts_30_seconds_after_the_last_request()
    {
        _leg.Nominate(A);
        for (int i = 0; i < 100; i++)
        {
            _leg.Advance(29.9);
            _leg.Send(A);
        }

        _leg.Advance(29.9);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
        _leg.Advance(0.2);
        Assert.Equal(IceState.Closed, _leg.Agent.State);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
        Assert.False(_leg.Agent.HasSelected);
        Assert.False(_leg.Agent.IsValidated(A));
        Assert.Equal(0, _leg.FlowCount);
    }

    [Fact]
    public void A_request_that_comes_after_consent_ran_out_does_not_revive_it()
    {
        _leg.Nominate(A);
        byte[] request = _leg.Request();
        Assert.Equal(DropReason.None, StunMessageReader.TryParse(request, out StunMessageReader message));

        DropReason reason = _leg.Agent.HandleBindingRequest(
            message, A, A, _leg.Now + TimeSpan.FromSeconds(30), new byte[IceLiteAgent.ResponseMaxBytes], out int length);

        Assert.Equal(DropReason.WrongState, reason);
        Assert.Equal(0, length);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
    }

    [Fact]
    public void A_closed_agent_removes_its_addresses_and_keeps_the_first_reason()
    {
        _leg.Nominate(A);
        _leg.Send(B);
        _leg.Close(CloseReason.Requested);
        _leg.Close(CloseReason.Draining);

        Assert.Equal(CloseReason.Requested, _leg.Agent.CloseReason);
        Assert.Equal(0, _leg.FlowCount);
        Assert.Equal(default, _leg.Agent.SelectedRemote);
        Assert.False(_leg.Agent.HandleRestart(_leg.Local, _leg.Remote, _leg.Now));
    }

    [Fact]
    public void A_closed_agent_can_serve_the_next_leg()
    {
        _leg.Nominate(A);
        IceCredentials old = _leg.Local;
        _leg.Close(CloseReason.Requested);

        _leg.Local = IceCredentials.Generate(Slot, new SeededRandomSource(99));
        _leg.Agent.Start(_leg.Local, _leg.Remote, _leg.Now);
        Assert.Equal(IceState.Checking, _leg.Agent.State);
        Assert.Equal(CloseReason.None, _leg.Agent.CloseReason);
        Assert.False(_leg.Agent.IsValidated(A));
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);

        _leg.Local = old;
        _leg.Refused(DropReason.StunUnknownUser, A, new Check());
        Assert.Throws<InvalidOperationException>(() => _leg.Agent.Start(_leg.Local, _leg.Remote, _leg.Now));
    }

    [Fact]
    public void A_flood_from_many_ports_with_valid_credentials_stays_bounded_and_leaves_the_selected_pair()
    {
        _leg.Nominate(A);
        int validated = 0;
        for (int i = 0; i < 5000; i++)
        {
            var from = TransportAddress.FromIPv4(0x0A000000 + (uint)(i >> 8), (ushort)(i & 255));
            DropReason reason = _leg.Receive(from, _leg.Request(new Check { Priority = uint.MaxValue }));

            // The replay memory may see a ghost now and then.
            Assert.True(reason is DropReason.None or DropReason.StunReplayed);
            validated += _leg.Agent.IsValidated(from) ? 1 : 0;
            Assert.InRange(_leg.FlowCount, 1, IceOptions.Default.MaxPairs);
            _leg.Advance(0.0005);
        }

        Assert.InRange(validated, 4900, 5000);
        Assert.Equal(A, _leg.Agent.SelectedRemote);
        Assert.True(_leg.Agent.IsValidated(A));
        _leg.Send(A);
    }

    [Fact]
    public void Without_draining_new_addresses_are_refused_instead_of_losing_count()
    {
        _leg.Nominate(A);
        int refused = 0;
        byte[] response = new byte[IceLiteAgent.ResponseMaxBytes];
        for (ushort port = 1; port <= 100; port++)
        {
            Assert.Equal(DropReason.None, StunMessageReader.TryParse(_leg.Request(), out StunMessageReader message));
            DropReason reason = _leg.Agent.HandleBindingRequest(
                message, TransportAddress.FromIPv4(1, port), A, _leg.Now, response, out int length);
            if (reason != DropReason.None)
            {
                Assert.Equal(DropReason.IceTooManyPairs, reason);
                Assert.Equal(0, length);
                refused++;
            }
        }

        // 15 beside the selected one, then 16 evictions.
        Assert.Equal(100 - 15 - 16, refused);
    }

    [Fact]
    public void A_silent_address_is_forgotten_while_the_selected_pair_goes_on()
    {
        _leg.Nominate(A);
        _leg.Send(B);
        for (int second = 0; second < 29; second++)
        {
            _leg.Advance(1);
            _leg.Send(A);
        }

        Assert.True(_leg.Agent.IsValidated(B));
        _leg.Advance(1);
        Assert.False(_leg.Agent.IsValidated(B));
        Assert.Equal(1, _leg.FlowCount);
        Assert.Equal(IceState.Connected, _leg.Agent.State);
    }

    [Fact]
    public void A_replayed_request_moves_nothing_and_keeps_nothing_alive()
    {
        byte[] captured = _leg.Request(new Check { Nominate = true, Priority = uint.MaxValue });
        Assert.Equal(DropReason.None, _leg.Receive(A, captured));

        // From elsewhere: the attacker would have the media sent to a victim.
        _leg.Refused(DropReason.StunReplayed, B, captured);
        Assert.Equal(A, _leg.Agent.SelectedRemote);

        // From the same address: a retransmission is answered, but it is no consent.
        _leg.Advance(29);
        Assert.Equal(DropReason.None, _leg.Receive(A, captured));
        Assert.Equal(76 - 12, _leg.ResponseLength);
        _leg.Advance(1);
        Assert.Equal(CloseReason.ConsentExpired, _leg.Agent.CloseReason);
    }

    [Fact]
    public void A_replayed_nomination_does_not_take_the_selection_back()
    {
        byte[] captured = _leg.Request(new Check { Nominate = true });
        Assert.Equal(DropReason.None, _leg.Receive(A, captured));
        _leg.Nominate(B);
        Assert.Equal(B, _leg.Agent.SelectedRemote);
        _leg.Advance(10);

        Assert.Equal(DropReason.None, _leg.Receive(A, captured));
        Assert.Equal(B, _leg.Agent.SelectedRemote);
    }

    [Fact]
    public void Mutated_requests_never_throw_and_never_pass()
    {
        _leg.Nominate(A);
        var random = new Random(7675);
        for (int round = 0; round < 30_000; round++)
        {
            var check = new Check { Nominate = true, Priority = uint.MaxValue, Fingerprint = (round & 1) == 0 };
            byte[] request = _leg.Request(check);
            byte[] original = [.. request];
            for (int change = random.Next(1, 4); change > 0; change--)
            {
                request[random.Next(request.Length)] = (byte)random.Next(256);
            }

            if ((round & 2) != 0)
            {
                RepairFingerprint(request);
            }

            if (!request.AsSpan().SequenceEqual(original))
            {
                _leg.Receive(B, request);
                Assert.False(_leg.Agent.IsValidated(B));
                Assert.Equal(A, _leg.Agent.SelectedRemote);
            }
        }
    }

    [Fact]
    public void Handling_requests_allocates_nothing()
    {
        const int rounds = 2000;
        byte[][] requests = new byte[rounds * 2][];
        for (int i = 0; i < requests.Length; i++)
        {
            requests[i] = _leg.Request(new Check
            {
                Nominate = i % 3 == 0,
                Controlled = i % 50 == 0,
                Password = i % 40 == 0 ? "wrong" : null,
                Extra = i % 70 == 0 ? [0x7001] : [],
            });
        }

        HandleAll(requests.AsSpan(0, rounds));
        long before = GC.GetAllocatedBytesForCurrentThread();
        int answered = HandleAll(requests.AsSpan(rounds));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(answered, rounds * 9 / 10, rounds);
    }

    private static void RepairFingerprint(byte[] request)
    {
        if (request[^8] == 0x80 && request[^7] == 0x28)
        {
            System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(
                request.AsSpan(request.Length - 4), Crc32.Compute(request.AsSpan(0, request.Length - 8)) ^ 0x5354554E);
        }
    }

    private int HandleAll(ReadOnlySpan<byte[]> requests)
    {
        Span<byte> response = stackalloc byte[IceLiteAgent.ResponseMaxBytes];
        int answered = 0;
        for (int i = 0; i < requests.Length; i++)
        {
            StunMessageReader.TryParse(requests[i], out StunMessageReader message);
            _leg.Agent.HandleBindingRequest(
                message, TransportAddress.FromIPv4(1, (ushort)(i % 40)), A, _leg.Now, response, out int length);
            answered += length > 0 ? 1 : 0;
            while (_leg.Agent.TryDequeueRemoved(out _))
            {
                // The engine would take it out of its table here.
            }
        }

        return answered;
    }
}

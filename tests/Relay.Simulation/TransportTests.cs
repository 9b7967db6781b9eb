using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>How legs come, move and go: addresses, consent, restarts, closing, commands.</summary>
public sealed class TransportTests : IDisposable
{
    private static readonly TransportAddress Elsewhere = TransportAddress.FromIPv4(0xc000_0201, 4444);

    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;

    public TransportTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1);
        _b = new SimulatedPeer(_relay, 1, 1, 2);
    }

    private EngineCounters Counters => _relay.Engine.Counters;

    public void Dispose()
    {
        _relay.Dispose();
        _a.Dispose();
        _b.Dispose();
    }

    [Fact]
    public void A_replayed_packet_is_dropped_and_counted()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        byte[] rtp = _a.SealFrame(keyframe: false, packets: 1)[0];
        byte[] rtcp = _a.SealRtcp([0x80, 201, 0, 1, 0, 0, 0, 9]);
        _relay.FromPeer(_a, [.. rtp]);
        _relay.FromPeer(_a, [.. rtcp]);
        _relay.Run(Frame);
        int before = _b.Received.Count;
        for (int i = 0; i < 5; i++)
        {
            _relay.FromPeer(_a, [.. rtp]);
            _relay.FromPeer(_a, [.. rtcp]);
            _relay.Run(Frame);
        }

        Assert.Equal(10, Counters.Dropped(DropReason.SrtpReplayed));
        Assert.Equal(before, _b.Received.Count);
        Assert.Equal(0, _b.Rejected);
    }

    [Fact]
    public void A_peer_is_confirmed_by_its_own_first_packet_and_by_nothing_else()
    {
        _a.Connect();
        _b.Connect();
        _relay.Run(Frame);
        byte[] own = _a.SealAudio();
        byte[] forged = [.. own];
        forged[^1] ^= 1;
        _relay.FromPeer(_a, forged);
        _relay.FromPeer(_a, _b.SealAudio());
        _relay.FromPeer(_a, ScriptedDtls.Hello);
        _relay.FromAddress(Elsewhere, [.. own]);
        _relay.Run(Frame);
        Assert.Equal(0, _relay.Dtls.ConfirmedCount);

        _relay.FromPeer(_a, [.. own]);
        _relay.FromPeer(_a, [.. own]);
        _a.SendAudio();
        _relay.Run(Frame);
        Assert.Equal(1, _relay.Dtls.ConfirmedCount);
    }

    [Fact]
    public void A_valid_packet_from_an_address_that_ICE_has_not_validated_is_dropped()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        int before = _b.Received.Count;
        _relay.FromAddress(Elsewhere, _a.SealFrame(keyframe: false, packets: 1)[0]);
        _relay.FromAddress(Elsewhere, _a.SealRtcp([0x80, 201, 0, 1, 0, 0, 0, 9]));
        _relay.FromAddress(Elsewhere, ScriptedDtls.Goodbye);
        _relay.Run(Frame);
        Assert.Equal(3, Counters.Dropped(DropReason.UnknownFlow));
        Assert.Equal(before, _b.Received.Count);
        Assert.Equal(0, _relay.CountEvents(EngineEventKind.Closed));
    }

    [Fact]
    public void A_valid_packet_from_the_partners_address_opens_with_the_partners_keys_and_fails()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        _relay.FromAddress(_b.Address, _a.SealFrame(keyframe: false, packets: 1)[0]);
        _relay.Run(Frame);
        Assert.Equal(1, Counters.Dropped(DropReason.SrtpAuthenticationFailed));
    }

    [Fact]
    public void The_address_of_another_leg_cannot_be_taken_over()
    {
        Pair(_relay, _a, _b);
        _relay.FromAddress(_a.Address, _b.CreateBinding());
        Talk(_relay, 30, _a, _b);
        Assert.Equal(1, Counters.Dropped(DropReason.AddressInUse));
        AssertCleanVideo(_a, 2);
        AssertCleanVideo(_b, 1);
    }

    [Fact]
    public void Nat_rebinding_is_followed_in_both_directions()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        _relay.Move(_a, Elsewhere);
        _a.SendBinding();
        _relay.Run(Frame);
        int toA = _a.Video.Count();
        int toB = _b.Video.Count();
        Talk(_relay, 30, _a, _b);
        Assert.Equal(toA + 60, _a.Video.Count());
        Assert.Equal(toB + 60, _b.Video.Count());
        AssertContinuous([.. _a.Video]);
        AssertContinuous([.. _b.Video]);
    }

    [Fact]
    public void A_restart_keeps_the_old_path_until_the_new_pair_is_validated()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        TransportAddress oldAddress = _a.Address;
        IceCredentials oldCredentials = _a.Credentials;
        IceCredentials credentials = IceCredentials.Generate(0, _relay.Random);
        IceRemoteUfrag ufrag = SimulatedPeer.CreateUfrag("again");
        _relay.Command(Command.RestartIce(_a.Id, credentials, ufrag));
        // The old path is good until the new one is there.
        Talk(_relay, 30, _a, _b);
        Assert.Equal(0, _relay.StrayDatagrams);

        _relay.Move(_a, Elsewhere);
        _a.Credentials = credentials;
        _a.RemoteUfrag = ufrag;
        _a.SendBinding();
        _relay.Run(Frame);
        Talk(_relay, 30, _a, _b);
        Assert.Equal(0, _relay.StrayDatagrams);
        AssertContinuous([.. _a.Video]);
        AssertContinuous([.. _b.Video]);
        Assert.True(_a.Video.Count() >= 170);

        _a.Credentials = oldCredentials;
        _a.RemoteUfrag = SimulatedPeer.CreateUfrag("peer1");
        _relay.FromAddress(oldAddress, _a.CreateBinding());
        _relay.Run(Frame);
        Assert.Equal(1, Counters.Dropped(DropReason.StunUnknownUser));
    }

    [Fact]
    public void Without_consent_for_thirty_seconds_a_leg_closes_and_releases_everything()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        Instant last = _relay.Now;
        _a.SendBinding();
        for (int i = 0; i < 40; i++)
        {
            _b.SendBinding();
            _relay.Run(TimeSpan.FromSeconds(1));
            bool isOver = _relay.Now > last + TimeSpan.FromSeconds(30);
            Assert.Equal(isOver ? 1 : 0, _relay.CountEvents(EngineEventKind.Closed));
        }

        EngineEvent closed = _relay.Events.Single(e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(_a.Id, closed.Transport);
        Assert.Equal(CloseReason.ConsentExpired, closed.Reason);
        Assert.Equal(1, _relay.Engine.TransportCount);
        Assert.Equal(1, _relay.Dtls.LiveCount);
        Assert.Equal(0, _relay.Pool.InUse);
        // B's leg is there for the next partner.
        using var c = new SimulatedPeer(_relay, 2, 1, 3);
        c.Connect();
        _relay.Command(Command.Connect(_b.Id, c.Id, withVideo: true));
        int before = _b.Video.Count();
        Talk(_relay, 10, _b, c);
        Assert.True(_b.Video.Count() >= before + 20);
    }

    [Fact]
    public void A_leg_that_is_never_reached_closes_after_the_connect_timeout()
    {
        _relay.Command(Command.Open(_a.Id, _a.CreateParameters()));
        _relay.Run(TimeSpan.FromSeconds(29));
        Assert.Empty(_relay.Events);
        _relay.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(CloseReason.ConnectTimeout, Assert.Single(_relay.Events).Reason);
        Assert.Equal(Instant.Never, _relay.Engine.NextTimeout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_check_that_overtakes_the_consent_timer_still_ends_the_leg(bool byRestart)
    {
        _a.Connect();
        _a.SendBinding();
        _relay.Run(_relay.Delay);
        Instant expiry = _relay.Now + IceOptions.Default.ConsentTimeout;
        // A busy worker reads the socket before it looks at its timers.
        TimeSpan left = expiry - _relay.Now;
        if (byRestart)
        {
            _relay.Schedule(left, () => _relay.Command(Command.RestartIce(
                _a.Id, IceCredentials.Generate(0, _relay.Random), SimulatedPeer.CreateUfrag("again"))));
        }
        else
        {
            byte[] late = _a.CreateBinding();
            _relay.Schedule(left, () => _relay.Receive(_a.Address, late));
        }

        _relay.Run(TimeSpan.FromSeconds(90));
        EngineEvent closed = _relay.Events.Single(e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(CloseReason.ConsentExpired, closed.Reason);
        Assert.Equal(0, _relay.Engine.TransportCount);
    }

    [Fact]
    public void An_address_that_expires_and_comes_back_in_the_same_moment_is_known()
    {
        Pair(_relay, _a, _b);
        // A second address of A's, validated and then silent for exactly as long as consent lasts.
        byte[] second = _a.CreateBinding(nominate: false);
        _relay.Schedule(TimeSpan.Zero, () => _relay.Receive(Elsewhere, second));
        _relay.Run(TimeSpan.Zero);
        Instant validated = _relay.Now;
        byte[] again = _a.CreateBinding(nominate: false);
        byte[] media = [];
        _relay.Schedule(TimeSpan.FromSeconds(30), () =>
        {
            _relay.Receive(Elsewhere, again);
            media = _a.SealRtcp([0x80, 201, 0, 1, 0, 0, 0, 9]);
            _relay.Receive(Elsewhere, media);
        });
        for (int i = 0; i < 31; i++)
        {
            _a.SendBinding();
            _b.SendBinding();
            _relay.Run(TimeSpan.FromSeconds(1));
        }

        Assert.True(_relay.Now > validated + TimeSpan.FromSeconds(30));
        Assert.NotEmpty(media);
        Assert.Equal(0, Counters.Dropped(DropReason.UnknownFlow));
    }

    [Fact]
    public void A_dtls_goodbye_closes_the_leg_as_closed_by_the_peer()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        _relay.FromPeer(_a, ScriptedDtls.Goodbye);
        _relay.Run(Frame);
        EngineEvent closed = _relay.Events.Single(e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(_a.Id, closed.Transport);
        Assert.Equal(CloseReason.PeerClosed, closed.Reason);
        int before = _b.Received.Count;
        Talk(_relay, 10, _a, _b);
        Assert.Equal(before, _b.Received.Count);
        Assert.True(Counters.Dropped(DropReason.UnknownFlow) > 0);
    }

    [Fact]
    public void A_close_command_ends_one_leg_and_leaves_the_other()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        _relay.Command(Command.Close(_a.Id, CloseReason.Requested));
        EngineEvent closed = _relay.Events.Single(e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(CloseReason.Requested, closed.Reason);
        Assert.Equal(1, _relay.Engine.TransportCount);
        Talk(_relay, 10, _b);
        Assert.True(Counters.Dropped(DropReason.NoPartner) > 0);
        Assert.Equal(1, _relay.CountEvents(EngineEventKind.Closed));
    }

    [Fact]
    public void A_session_in_a_used_slot_is_not_reached_by_commands_for_its_predecessor()
    {
        Pair(_relay, _a, _b);
        _relay.Command(Command.Close(_a.Id, CloseReason.Requested));
        using var successor = new SimulatedPeer(_relay, 0, 2, 4);
        successor.Connect();
        _relay.Command(Command.Connect(successor.Id, _b.Id, withVideo: true));
        Talk(_relay, 10, successor, _b);
        int events = _relay.Events.Count;

        _relay.Command(Command.Close(_a.Id, CloseReason.Requested));
        _relay.Command(Command.Disconnect(_a.Id));
        _relay.Command(Command.Connect(_a.Id, _b.Id, withVideo: true));
        _relay.Command(Command.Connect(_b.Id, _a.Id, withVideo: false));
        _relay.Command(Command.RestartIce(_a.Id, IceCredentials.Generate(0, _relay.Random), _a.RemoteUfrag));
        _relay.Command(Command.Close(new TransportId(-1, 1), CloseReason.Requested));
        _relay.Command(Command.Close(new TransportId(int.MaxValue, 1), CloseReason.Requested));
        _relay.Command(Command.Close(new TransportId(7, 0), CloseReason.Requested));
        _relay.Command(default);
        int before = _b.Video.Count();
        Talk(_relay, 10, successor, _b);
        Assert.Equal(before + 20, _b.Video.Count());
        Assert.Equal(events, _relay.Events.Count);
    }

    [Fact]
    public void Disconnect_stops_media_both_ways_and_keeps_both_legs()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        _relay.Command(Command.Disconnect(_b.Id));
        _relay.Run(Frame);
        int toA = _a.Received.Count;
        int toB = _b.Received.Count;
        Talk(_relay, 10, _a, _b);
        Assert.Equal(toA, _a.Received.Count);
        Assert.Equal(toB, _b.Received.Count);
        Assert.Equal(2, _relay.Engine.TransportCount);
        _relay.Command(Command.Connect(_b.Id, _a.Id, withVideo: true));
        Talk(_relay, 10, _a, _b);
        AssertContinuous([.. _a.Video]);
        Assert.True(_a.Received.Count > toA);
    }

    [Fact]
    public void A_thousand_cycles_of_connect_pair_next_and_leave_leave_nothing_behind()
    {
        using var relay = new SimulatedRelay(options: new EngineOptions { TransportsMax = 4 });
        for (uint cycle = 1; cycle <= 1000; cycle++)
        {
            using var a = new SimulatedPeer(relay, 0, cycle, 1);
            using var b = new SimulatedPeer(relay, 1, cycle, 2);
            using var c = new SimulatedPeer(relay, 2, cycle, 3);
            Pair(relay, a, b);
            c.Connect();
            Talk(relay, 2, a, b, c);
            relay.Command(Command.Connect(a.Id, c.Id, withVideo: true));
            Talk(relay, 2, a, b, c);
            relay.Command(Command.Close(a.Id, CloseReason.Requested));
            relay.FromPeer(b, ScriptedDtls.Goodbye);
            relay.Command(Command.Close(c.Id, CloseReason.Requested));
            relay.Run(Frame);
            Assert.NotEmpty(a.Video);
            Assert.Equal(0, relay.Pool.InUse);
            Assert.Equal(0, relay.Dtls.LiveCount);
            Assert.Equal(0, relay.Engine.TransportCount);
            Assert.Equal(Instant.Never, relay.Engine.NextTimeout);
        }

        Assert.Equal(3000, relay.CountEvents(EngineEventKind.Closed));
        Assert.Equal(0, relay.Engine.Counters.Dropped(DropReason.AddressInUse));
    }
}

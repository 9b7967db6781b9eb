using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Legs with given keys: they meet each other and browsers, and are found by nothing but what authenticates.</summary>
public sealed class PlainLegTests
{
    private static readonly TransportAddress Elsewhere = TransportAddress.FromIPv4(0x0a00_00c8, 9);

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm, false)]
    [InlineData(SrtpProfile.AeadAes256Gcm, false)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, false)]
    [InlineData(SrtpProfile.AeadAes128Gcm, true)]
    [InlineData(SrtpProfile.Aes128CmSha1_80, true)]
    public void Two_plain_legs_hear_each_other(SrtpProfile profile, bool isLearned)
    {
        using var relay = new SimulatedRelay(profile);
        using SimulatedPeer a = relay.AddPlain(1, isLearned);
        using SimulatedPeer b = relay.AddPlain(2, isLearned);
        a.SendAudio();
        b.SendAudio();
        relay.Run(Frame);
        Assert.Equal(2, relay.CountEvents(EngineEventKind.Connected));
        relay.Consume(a, b);
        relay.Consume(b, a);
        Talk(relay, 60, a, b);
        AssertCleanVideo(a, from: 2);
        AssertCleanVideo(b, from: 1);
        Assert.Equal(60, a.Audio.Count());
        Assert.Equal(60, b.Audio.Count());
        Assert.Equal(0, a.Rejected + b.Rejected + relay.StrayDatagrams);
        Assert.NotEmpty(a.ReceivedRtcp);
    }

    [Fact]
    public void A_plain_leg_and_a_browser_hear_each_other()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer server = relay.AddPlain(1);
        using var browser = new SimulatedPeer(relay, 2, 1, 2);
        browser.Connect();
        relay.Consume(server, browser);
        relay.Consume(browser, server);
        Talk(relay, 60, server, browser);
        AssertCleanVideo(server, from: 2);
        AssertCleanVideo(browser, from: 1);
        Assert.Equal(0, server.Rejected + browser.Rejected);
    }

    [Fact]
    public void Forged_and_replayed_packets_from_elsewhere_do_not_move_a_leg()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer source = relay.AddPlain(1);
        using SimulatedPeer sink = relay.AddPlain(2, isLearned: true);
        byte[] first = sink.SealAudio();
        relay.FromAddress(Elsewhere, [.. first[..^1], (byte)(first[^1] ^ 1)]);
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.SrtpAuthenticationFailed));
        Assert.Equal(1, relay.CountEvents(EngineEventKind.Connected));

        relay.FromPeer(sink, first);
        relay.Run(Frame);
        relay.Consume(sink, source);
        for (int i = 0; i < 20; i++)
        {
            relay.FromAddress(Elsewhere, first);
            byte[] forged = sink.SealAudio();
            forged[20] ^= 0x40;
            relay.FromAddress(Elsewhere, forged);
            source.SendAudio();
            relay.Run(Frame);
        }

        Assert.Equal(20, sink.Audio.Count());
        Assert.Equal(0, relay.StrayDatagrams);
        Assert.Equal(20, relay.Engine.Counters.Dropped(DropReason.SrtpReplayed));
        Assert.Equal(21, relay.Engine.Counters.Dropped(DropReason.SrtpAuthenticationFailed));
    }

    [Fact]
    public void A_learned_leg_follows_its_peer_to_another_address()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer source = relay.AddPlain(1);
        using SimulatedPeer sink = relay.AddPlain(2, isLearned: true);
        sink.SendAudio();
        relay.Run(Frame);
        relay.Consume(sink, source);
        TransportAddress home = sink.Address;
        Talk(relay, 10, source);
        relay.Move(sink, Elsewhere);
        sink.SendAudio();
        relay.Run(Frame);
        int before = sink.Audio.Count();
        Talk(relay, 10, source);
        Assert.Equal(before + 10, sink.Audio.Count());

        // The old address is anybody's again: a leg with it as its given one can be opened.
        using var third = new SimulatedPeer(relay, 3, 1, 3);
        relay.Command(Command.OpenPlain(third.Id, PlainPeers.PlainParameters(relay, third, 3, home)));
        Assert.Equal(0, relay.CountEvents(EngineEventKind.Closed));
        AssertCleanVideo(sink, from: 1);
    }

    [Fact]
    public void An_unknown_ssrc_from_an_unknown_address_is_dropped_unopened()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer peer = relay.AddPlain(1, isLearned: true);
        peer.AudioSsrc++;
        peer.SendAudio();
        relay.FromAddress(Elsewhere, [0x80, 111, 0]);
        relay.FromAddress(Elsewhere, [0x80, 200, 0]);
        relay.Run(Frame);
        Assert.Equal(3, relay.Engine.Counters.Dropped(DropReason.UnknownFlow));
        Assert.Equal(0, relay.CountEvents(EngineEventKind.Connected));
    }

    [Fact]
    public void A_plain_leg_takes_no_stun_and_no_dtls()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer peer = relay.AddPlain(1);
        peer.SendBinding();
        relay.FromPeer(peer, ScriptedDtls.Hello);
        relay.Command(Command.RestartIce(peer.Id, peer.Credentials, peer.RemoteUfrag));
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.StunUnknownUser));
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.DtlsUnexpected));
        Assert.Empty(peer.ReceivedStun);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_leads_to_one_leg_is_not_taken_by_another(bool isLearned)
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer first = relay.AddPlain(1, isLearned);
        using var second = new SimulatedPeer(relay, 2, 1, 2) { AudioSsrc = first.AudioSsrc };
        relay.Command(Command.OpenPlain(
            second.Id, PlainPeers.PlainParameters(relay, second, 2, isLearned ? default : first.Address)));
        EngineEvent closed = Assert.Single(relay.Events, e => e.Kind == EngineEventKind.Closed);
        Assert.Equal((second.Id, CloseReason.AddressInUse), (closed.Transport, closed.Reason));
        first.SendAudio();
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.NoPartner));
    }

    [Fact]
    public void A_silent_leg_ends_after_its_time_and_is_heard_no_more()
    {
        using var relay = new SimulatedRelay();
        using SimulatedPeer source = relay.AddPlain(1, timeout: TimeSpan.FromSeconds(5));
        using SimulatedPeer sink = relay.AddPlain(2);
        relay.Consume(sink, source);
        Talk(relay, 60, source);
        relay.Run(TimeSpan.FromSeconds(4));
        Assert.Equal(0, relay.CountEvents(EngineEventKind.Closed));
        relay.Run(TimeSpan.FromSeconds(2));
        EngineEvent closed = Assert.Single(relay.Events, e => e.Kind == EngineEventKind.Closed);
        Assert.Equal((source.Id, CloseReason.IdleTimeout), (closed.Transport, closed.Reason));
        Assert.Equal(1, relay.Engine.TransportCount);
        source.SendAudio();
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.UnknownFlow));
    }
}

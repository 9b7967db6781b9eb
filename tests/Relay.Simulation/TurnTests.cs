using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Stun;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Legs behind TURN allocations of the same engine: the hop between the two is a function call.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class TurnTests : IDisposable
{
    private readonly SimulatedRelay _relay = new(turn: TurnTunnel.CreateSettings(new SeededRandom(9)));

    public void Dispose() => _relay.Dispose();

    [Fact]
    public void A_leg_behind_TURN_pairs_with_one_on_plain_UDP()
    {
        using var behind = new SimulatedPeer(_relay, 0, 1, 1);
        using var plain = new SimulatedPeer(_relay, 1, 1, 2);
        TurnTunnel tunnel = TurnTunnel.Open(_relay, behind);
        Pair(_relay, behind, plain);

        Talk(_relay, 60, behind, plain);

        Assert.NotEmpty(plain.Video);
        Assert.NotEmpty(behind.Video);
        Assert.Equal(0, behind.Rejected + plain.Rejected);
        Assert.True(tunnel.Unwrapped >= behind.Received.Count);
    }

    [Fact]
    public void A_check_through_TURN_is_told_its_relayed_address()
    {
        using var behind = new SimulatedPeer(_relay, 0, 1, 1);
        TurnTunnel tunnel = TurnTunnel.Open(_relay, behind);
        behind.Connect();

        Assert.Equal(
            DropReason.None, StunMessageReader.TryParse(Assert.Single(behind.ReceivedStun), out StunMessageReader answer));
        Assert.True(answer.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(tunnel.Relayed, mapped);
        Assert.Equal(TurnTunnel.Media.Address, mapped.Address);
    }

    [Fact]
    public void Two_legs_behind_TURN_talk_and_nothing_is_allocated()
    {
        using var a = new SimulatedPeer(_relay, 0, 1, 1);
        using var b = new SimulatedPeer(_relay, 1, 1, 2);
        TurnTunnel.Open(_relay, a);
        TurnTunnel.Open(_relay, b);
        Pair(_relay, a, b);
        Talk(_relay, 200, a, b);
        // In parts, because a collection elsewhere counts what it discards as allocated; the best part must be free of any.
        long least = long.MaxValue;
        for (int part = 0; part < 4; part++)
        {
            long before = _relay.EngineAllocatedBytes;
            Talk(_relay, 100, a, b);
            least = Math.Min(least, _relay.EngineAllocatedBytes - before);
        }

        Assert.Equal(0, least);
        Assert.Equal(0, a.Rejected + b.Rejected);
        EngineCounters counters = _relay.Engine.Counters;
        Assert.Equal(counters.Received, counters.Forwarded + counters.Consumed + counters.DroppedTotal());
    }

    [Fact]
    public void What_goes_to_an_allocation_that_has_ended_is_dropped_and_its_slot_comes_back()
    {
        using var behind = new SimulatedPeer(_relay, 0, 1, 1);
        using var plain = new SimulatedPeer(_relay, 1, 1, 2);
        TurnTunnel tunnel = TurnTunnel.Open(_relay, behind);
        Pair(_relay, behind, plain);
        Talk(_relay, 10, behind, plain);
        int unwrapped = tunnel.Unwrapped;
        long refused = _relay.Engine.Counters.Refused;

        tunnel.Close();
        plain.SendAudio();
        _relay.Run(TimeSpan.FromMilliseconds(20));

        Assert.Equal(unwrapped, tunnel.Unwrapped);
        Assert.True(_relay.Engine.Counters.Refused > refused);
    }

    [Fact]
    public void Without_TURN_its_messages_are_dropped()
    {
        using var relay = new SimulatedRelay();
        relay.Receive(TransportAddress.FromIPv4(0x0A00_0001, 1), [0x40, 1, 0, 0]);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.UnknownProtocol));
        Assert.Null(relay.Engine.TurnCounters);
    }

    [Fact]
    public void An_ICE_stream_is_a_remote_like_any_other()
    {
        TransportAddress stream = VirtualAddress.Of(VirtualAddressKind.Stream, 5, 1);
        TransportAddress real = TransportAddress.FromIPv4(0xCB00_7101, 50_000);
        using var peer = new SimulatedPeer(_relay, 0, 1, 1);
        peer.Address = stream;
        _relay.Add(peer);
        _relay.Command(Command.Open(peer.Id, peer.CreateParameters()));

        _relay.ReceiveIceStream(stream, real, peer.CreateBinding());
        _relay.Run(TimeSpan.FromMilliseconds(10));
        _relay.ReceiveIceStream(stream, real, ScriptedDtls.Hello);
        _relay.Run(TimeSpan.FromMilliseconds(10));

        Assert.Equal(1, _relay.CountEvents(EngineEventKind.Connected));
        StunMessageReader.TryParse(Assert.Single(peer.ReceivedStun), out StunMessageReader answer);
        Assert.True(answer.TryGetXorMappedAddress(out TransportAddress mapped));
        Assert.Equal(real, mapped);
    }

    [Fact]
    public void When_a_legs_stream_ends_nothing_more_is_sent_there_and_another_one_carries_on()
    {
        TransportAddress first = VirtualAddress.Of(VirtualAddressKind.Stream, 5, 1);
        TransportAddress second = VirtualAddress.Of(VirtualAddressKind.Stream, 6, 1);
        TransportAddress real = TransportAddress.FromIPv4(0xCB00_7101, 50_000);
        using var talker = new SimulatedPeer(_relay, 0, 1, 1);
        using var listener = new SimulatedPeer(_relay, 1, 1, 2);
        listener.Address = first;
        _relay.Add(listener);
        talker.Connect();
        _relay.Command(Command.Open(listener.Id, listener.CreateParameters()));
        _relay.ReceiveIceStream(first, real, listener.CreateBinding());
        _relay.ReceiveIceStream(first, real, ScriptedDtls.Hello);
        _relay.Command(Command.Connect(talker.Id, listener.Id, withVideo: true));
        Talk(_relay, 30, talker);
        Assert.NotEmpty(listener.Video);

        _relay.EndStream(first);
        // What was on the way arrives.
        _relay.Run(TimeSpan.FromMilliseconds(10));
        int heard = listener.Received.Count;
        Talk(_relay, 30, talker);
        Assert.Equal(heard, listener.Received.Count);
        Assert.DoesNotContain(_relay.Events, told => told.Kind == EngineEventKind.Closed);

        _relay.Move(listener, second);
        _relay.ReceiveIceStream(second, real, listener.CreateBinding(nominate: false));
        Talk(_relay, 30, talker);
        Assert.True(listener.Received.Count > heard + 30);

        _relay.EndStream(second);
        Talk(_relay, 1000, talker);
        EngineEvent closed = Assert.Single(_relay.Events, told => told.Kind == EngineEventKind.Closed);
        Assert.Equal((listener.Id, CloseReason.ConsentExpired), (closed.Transport, closed.Reason));
    }
}

using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>One source and many receivers: each has a stream of its own, whatever happens to the others.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class FanOutTests : IDisposable
{
    private const int Receivers = 10;

    private readonly List<SimulatedPeer> _peers = [];

    public void Dispose() => _peers.ForEach(peer => peer.Dispose());

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void Each_of_ten_receivers_has_a_clean_stream_of_its_own(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile);
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        Talk(relay, 60, source);
        foreach (SimulatedPeer sink in sinks)
        {
            AssertCleanVideo(sink, from: 1);
            Assert.Equal(60, sink.Audio.Count());
            Assert.Equal(0, sink.Rejected);
        }

        Assert.Equal(Receivers, sinks.Select(sink => sink.Video.First().Ssrc).Distinct().Count());
        Assert.Equal(Receivers, sinks.Select(sink => sink.Video.First().Sequence).Distinct().Count());
    }

    [Fact]
    public void A_late_joiner_has_a_keyframe_asked_for_and_begins_there()
    {
        using var relay = new SimulatedRelay();
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        Talk(relay, 60, source);
        int asked = source.KeyframeRequests;
        SimulatedPeer late = Add(relay, 12);
        relay.Consume(late, source);
        Talk(relay, 30, source);
        Assert.True(source.KeyframeRequests > asked);
        AssertCleanVideo(late, from: 1);
        AssertCleanVideo(sinks[3], from: 1);
    }

    [Fact]
    public void Who_stops_listening_receives_nothing_more_and_the_others_everything()
    {
        using var relay = new SimulatedRelay();
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        Talk(relay, 30, source);
        relay.Command(Command.StopConsuming(sinks[2].Id, source.Id, withAudio: true, withVideo: true));
        relay.Command(Command.Close(sinks[5].Id, CloseReason.Requested));
        relay.Run(Frame);
        int received = sinks[2].Received.Count + sinks[5].Received.Count;
        Talk(relay, 30, source);
        Assert.Equal(received, sinks[2].Received.Count + sinks[5].Received.Count);
        foreach (SimulatedPeer sink in sinks.Except([sinks[2], sinks[5]]))
        {
            AssertCleanVideo(sink, from: 1);
            Assert.Equal(60, sink.Audio.Count());
        }
    }

    [Fact]
    public void A_receiver_that_was_never_reached_does_not_disturb_the_others()
    {
        using var relay = new SimulatedRelay();
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        SimulatedPeer dead = relay.AddPlain(13, isLearned: true);
        _peers.Add(dead);
        relay.Consume(dead, source);
        Talk(relay, 60, source);
        Assert.Empty(dead.Received);
        Assert.All(sinks, sink => Assert.Equal(60, sink.Audio.Count()));
        AssertCleanVideo(sinks[9], from: 1);
    }

    [Fact]
    public void When_the_source_ends_its_receivers_stay_and_can_hear_another()
    {
        using var relay = new SimulatedRelay();
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        SimulatedPeer other = Add(relay, 12);
        Talk(relay, 30, source);
        relay.Command(Command.Close(source.Id, CloseReason.Requested));
        source.SendAudio();
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.UnknownFlow));
        foreach (SimulatedPeer sink in sinks)
        {
            relay.Consume(sink, other);
        }

        Talk(relay, 30, other);
        foreach (SimulatedPeer sink in sinks)
        {
            AssertContinuous([.. sink.Video]);
            Assert.Equal(60, sink.Audio.Count());
            Assert.True(sink.Video.Last().IsFrom(12));
        }
    }

    [Fact]
    public void A_loss_of_one_receiver_is_repaired_for_it_alone()
    {
        using var relay = new SimulatedRelay();
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        Talk(relay, 30, source);
        ushort missing = sinks[4].Video.Last().Sequence;
        int before = sinks[4].Received.Count;
        int others = sinks[6].Received.Count;
        sinks[4].RequestRetransmission(missing);
        relay.Run(Frame);
        ReceivedRtp resent = Assert.Single(sinks[4].Received.Skip(before), p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        Assert.Equal(missing, (ushort)((resent.Payload[0] << 8) | resent.Payload[1]));
        Assert.Equal(others, sinks[6].Received.Count);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void A_train_that_does_not_fit_the_transmit_queue_reaches_the_last_receiver_too(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile, options: new EngineOptions { TransportsMax = 16, TransmitQueueCapacity = 32 });
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        relay.ReceiveBatch([.. Enumerable.Range(0, 20).Select(_ => (source.Address, source.SealAudio()))]);
        relay.Run(Frame);
        Assert.All(sinks, sink => Assert.Equal(20, sink.Audio.Count()));
        Assert.Equal(0, relay.Engine.Counters.Refused);
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void Fan_out_allocates_nothing(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile);
        SimulatedPeer source = Open(relay, out SimulatedPeer[] sinks);
        Rounds(relay, source, sinks, 150);
        long before = relay.EngineAllocatedBytes;
        long sent = relay.Engine.Counters.Transmitted;
        Rounds(relay, source, sinks, 300);
        Assert.True(relay.Engine.Counters.Transmitted - sent > 300 * 3 * Receivers * 9 / 10);
        Assert.Equal(0, relay.EngineAllocatedBytes - before);
    }

    private static void Rounds(SimulatedRelay relay, SimulatedPeer source, SimulatedPeer[] sinks, int frames)
    {
        for (int i = 0; i < frames; i++)
        {
            Talk(relay, 1, source);
            Array.ForEach(sinks, sink => sink.Forget(keep: 32));
        }
    }

    private SimulatedPeer Open(SimulatedRelay relay, out SimulatedPeer[] sinks)
    {
        SimulatedPeer source = Add(relay, 1);
        sinks = [.. Enumerable.Range(2, Receivers).Select(number => Add(relay, (byte)number))];
        foreach (SimulatedPeer sink in sinks)
        {
            relay.Consume(sink, source);
        }

        return source;
    }

    private SimulatedPeer Add(SimulatedRelay relay, byte number)
    {
        SimulatedPeer peer = relay.AddPlain(number);
        _peers.Add(peer);
        return peer;
    }
}

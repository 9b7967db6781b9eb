using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Datagrams that came in one buffer are still datagrams of their own.</summary>
public sealed class TrainTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(5)]
    [InlineData(9)]
    public void A_bad_segment_of_a_train_takes_no_neighbour_along(int bad)
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        EngineCounters counters = relay.Engine.Counters;
        (long received, long forwarded) = (counters.Received, counters.Forwarded);
        int before = b.Video.Count();
        List<byte[]> train = a.SealFrame(keyframe: false, packets: 10);
        train[bad][^1] ^= 1;
        relay.ReceiveTrain(a.Address, train);
        Assert.Equal(1, counters.Dropped(DropReason.SrtpAuthenticationFailed));
        Assert.Equal((received + 10, forwarded + 9), (counters.Received, counters.Forwarded));
        relay.Run(TimeSpan.FromMilliseconds(2));
        Assert.Equal(before + 9, b.Video.Count());
        Assert.Equal(0, b.Rejected);
    }

    [Fact]
    public void A_train_may_mix_what_is_media_and_what_is_not()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        EngineCounters counters = relay.Engine.Counters;
        (long consumed, long forwarded) = (counters.Consumed, counters.Forwarded);
        List<byte[]> frame = a.SealFrame(keyframe: false, packets: 2);
        relay.ReceiveTrain(a.Address, [frame[0], a.CreateBinding(), [], [255], frame[1], a.SealAudio()]);
        Assert.Equal((consumed + 1, forwarded + 3), (counters.Consumed, counters.Forwarded));
        Assert.Equal(1, counters.Dropped(DropReason.Empty));
        Assert.Equal(1, counters.Dropped(DropReason.UnknownProtocol));
    }

    [Fact]
    public void A_failed_packet_costs_no_slot_and_an_empty_pool_drops_packet_by_packet()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        int inUse = relay.Pool.InUse;
        List<byte[]> train = a.SealFrame(keyframe: false, packets: 10);
        train.ForEach(packet => packet[^1] ^= 1);
        relay.ReceiveTrain(a.Address, train);
        Assert.Equal(inUse, relay.Pool.InUse);

        List<PacketHandle> held = [];
        while (relay.Pool.TryRent(PacketOwner.Tap, out PacketHandle packet))
        {
            held.Add(packet);
        }

        relay.ReceiveTrain(a.Address, a.SealFrame(keyframe: false, packets: 10));
        Assert.Equal(10, relay.Engine.Counters.Dropped(DropReason.PoolExhausted));
        held.ForEach(packet => relay.Pool.Release(packet, PacketOwner.Tap));
    }

    [Fact]
    public void A_datagram_that_no_slot_holds_is_too_large()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        byte[] large = new byte[PacketPool.DatagramMaxBytes + 1];
        large[0] = 0x80;
        relay.Receive(a.Address, large);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.PacketTooLarge));
    }
}

using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Garbage, and too much of everything.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class OverloadTests
{
    private const int FloodPackets = 200_000;

    [Theory]
    [InlineData("stun", false)]
    [InlineData("stun", true)]
    [InlineData("dtls", false)]
    [InlineData("rtp", false)]
    [InlineData("rtp", true)]
    [InlineData("rtcp", true)]
    [InlineData("any", false)]
    public void A_flood_of_garbage_disturbs_no_pair_and_allocates_nothing(string kind, bool fromThePeersAddress)
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 60, a, b);
        byte[] garbage = new byte[1500];
        byte[] binding = a.CreateBinding();
        Flood(relay, a, kind, fromThePeersAddress, garbage, binding, 500);
        int toA = a.Video.Count();
        int toB = b.Video.Count();
        long allocated = relay.EngineAllocatedBytes;
        long received = relay.Engine.Counters.Received;
        const int Rounds = 100;
        for (int i = 0; i < Rounds; i++)
        {
            Flood(relay, a, kind, fromThePeersAddress, garbage, binding, FloodPackets / Rounds);
            Talk(relay, 1, a, b);
        }

        Assert.Equal(0, relay.EngineAllocatedBytes - allocated);
        Assert.True(relay.Engine.Counters.Received - received >= FloodPackets);
        Assert.True(relay.Engine.Counters.DroppedTotal() >= FloodPackets);
        Assert.Equal(toA + (2 * Rounds), a.Video.Count());
        Assert.Equal(toB + (2 * Rounds), b.Video.Count());
        AssertCleanVideo(a, 2);
        AssertCleanVideo(b, 1);
        Assert.Equal(0, relay.CountEvents(EngineEventKind.Closed));
        Assert.Equal(0, a.Rejected + b.Rejected);
        // Garbage is not answered: a relay that did would reflect floods.
        Assert.Equal(0, relay.StrayDatagrams);
    }

    [Fact]
    public void With_an_empty_pool_media_degrades_and_then_recovers()
    {
        using var relay = new SimulatedRelay(poolSlots: 256);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        // What the cache holds would come back while the pool is empty.
        relay.Run(TimeSpan.FromSeconds(2));
        List<PacketHandle> held = [];
        while (relay.Pool.FreeCount > 1)
        {
            Assert.True(relay.Pool.TryRent(PacketOwner.Tap, out PacketHandle packet));
            held.Add(packet);
        }

        // One slot: a packet can be opened, and there is none to seal it into.
        int before = b.Received.Count;
        Talk(relay, 10, a, b);
        Assert.Equal(before, b.Received.Count);
        Assert.True(relay.Engine.Counters.Dropped(DropReason.TransmitQueueFull) > 0);
        Assert.True(relay.Engine.Counters.Refused > 0);
        Assert.True(relay.Pool.TryRent(PacketOwner.Tap, out PacketHandle last));
        Talk(relay, 10, a, b);
        Assert.True(relay.Engine.Counters.Dropped(DropReason.PoolExhausted) > 0);
        relay.Pool.Release(last, PacketOwner.Tap);
        foreach (PacketHandle packet in held)
        {
            relay.Pool.Release(packet, PacketOwner.Tap);
        }

        Talk(relay, 60, a, b);
        before = b.Video.Count();
        b.RequestKeyframe();
        Talk(relay, 60, a, b);
        Assert.InRange(b.Video.Count() - before, 120, 130);
        Assert.Equal(0, b.Rejected);
        Assert.Equal(0, relay.CountEvents(EngineEventKind.Closed));
    }

    [Fact]
    public void The_cache_leaves_the_last_quarter_of_the_pool_to_packets_on_their_way()
    {
        using var relay = new SimulatedRelay(poolSlots: 64);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        for (int i = 0; i < 300; i++)
        {
            a.SendFrame(keyframe: false, packets: 4);
            relay.Run(TimeSpan.FromMilliseconds(5));
            Assert.True(relay.Pool.FreeCount >= 15);
        }

        AssertCleanVideo(b, 1);
        Assert.Equal(0, relay.Engine.Counters.Dropped(DropReason.PoolExhausted));
    }

    [Fact]
    public void A_silent_source_holds_no_slots()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        Assert.True(relay.Pool.InUse > 50);
        relay.Run(TimeSpan.FromSeconds(2));
        Assert.Equal(0, relay.Pool.InUse);
    }

    [Fact]
    public void A_full_transmit_queue_drops_media_and_goes_on_when_it_is_taken()
    {
        using var relay = new SimulatedRelay(options: new EngineOptions { TransportsMax = 4, TransmitQueueCapacity = 8 });
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        relay.TakesTransmits = false;
        Talk(relay, 30, a, b);
        EngineCounters counters = relay.Engine.Counters;
        Assert.True(counters.Dropped(DropReason.TransmitQueueFull) > 50);
        // A check that cannot be answered is a drop of its own, and the reports were given up, not kept.
        Assert.True(counters.Refused > 0);
        a.SendBinding();
        relay.Run(Frame);
        Assert.Equal(1, counters.Dropped(DropReason.PoolExhausted));
        relay.TakesTransmits = true;
        Talk(relay, 10, a, b);
        int before = b.Video.Count();
        Talk(relay, 30, a, b);
        Assert.True(b.Video.Count() - before >= 60);
        Assert.Equal(0, b.Rejected);
    }

    [Fact]
    public void A_packet_as_large_as_a_slot_is_forwarded_or_dropped_but_breaks_nothing()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 10, a, b);
        for (int bytes = 1400; bytes <= PacketPool.DatagramMaxBytes - 36; bytes++)
        {
            a.VideoPayloadBytes = bytes;
            a.SendFrame(keyframe: false, packets: 1);
            relay.Run(TimeSpan.FromMilliseconds(1));
            b.RequestRetransmission(b.Video.Last().Sequence);
            relay.Run(TimeSpan.FromMilliseconds(12));
        }

        a.VideoPayloadBytes = 1000;
        a.SendBinding();
        b.SendBinding();
        int before = b.Video.Count();
        Talk(relay, 10, a, b);
        Assert.Equal(before + 20, b.Video.Count());
        Assert.Equal(0, b.Rejected);
    }

    private static void Flood(
        SimulatedRelay relay, SimulatedPeer peer, string kind, bool fromThePeersAddress, byte[] garbage, byte[] binding, int count)
    {
        SeededRandom random = relay.Random;
        for (int i = 0; i < count; i++)
        {
            int length = random.Next(garbage.Length);
            random.Fill(garbage.AsSpan(0, length));
            if (kind is not "any")
            {
                length = Math.Max(length, 2);
                Imitate(kind, garbage, ref length, binding, random);
            }

            TransportAddress source = fromThePeersAddress
                ? peer.Address
                : TransportAddress.FromIPv4(random.NextUInt32() | 0x8000_0000, random.NextUInt16());
            relay.Receive(source, garbage.AsSpan(0, length));
        }
    }

    private static void Imitate(string kind, byte[] garbage, ref int length, byte[] binding, SeededRandom random)
    {
        switch (kind)
        {
            case "stun" when random.Chance(0.5):
                // A real request with some bytes changed: most pass all checks but the last.
                length = binding.Length;
                binding.CopyTo(garbage, 0);
                garbage[random.Next(length)] ^= (byte)(1 + random.Next(255));
                break;

            case "stun":
                garbage[0] = (byte)random.Next(4);
                break;

            case "dtls":
                garbage[0] = (byte)random.Next(20, 64);
                break;

            case "rtcp":
                garbage[0] = (byte)random.Next(128, 192);
                garbage[1] = (byte)random.Next(192, 224);
                break;

            default:
                garbage[0] = (byte)random.Next(128, 192);
                garbage[1] = (byte)random.Next(192);
                // Half of it names the stream that is there, so that its state is what the garbage would change.
                if (length > 12 && random.Chance(0.5))
                {
                    garbage[8] = 0x20;
                    garbage[9] = 0;
                    garbage[10] = 0;
                    garbage[11] = 1;
                }

                break;
        }
    }
}

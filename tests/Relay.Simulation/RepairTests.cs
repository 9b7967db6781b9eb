using System.Buffers.Binary;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Rtp;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Loss, reordering, repair and long runs.</summary>
public sealed class RepairTests
{
    [Fact]
    public void A_NACK_for_a_packet_of_a_former_partner_is_not_answered()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        using var c = new SimulatedPeer(relay, 2, 1, 3);
        Pair(relay, a, b);
        c.Connect();
        Talk(relay, 30, a, b, c);
        List<ReceivedRtp> fromB = [.. a.Video];
        relay.Command(Command.Connect(a.Id, c.Id, withVideo: true));
        Talk(relay, 10, a, b, c);
        Assert.Contains(a.Video, p => p.IsFrom(3));
        foreach (ReceivedRtp packet in fromB)
        {
            a.RequestRetransmission(packet.Sequence);
        }

        relay.Run(Frame);
        Assert.DoesNotContain(a.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        // C's own packets are.
        a.RequestRetransmission(a.Video.Last().Sequence);
        relay.Run(Frame);
        Assert.Single(a.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
    }

    [Fact]
    public void A_NACK_for_what_was_never_sent_is_not_answered()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        ushort last = a.Video.Last().Sequence;
        ushort first = a.Video.First().Sequence;
        a.RequestRetransmission((ushort)(first - 1), (ushort)(last + 1), (ushort)(last + 300), (ushort)(last + 30_000));
        relay.Run(Frame);
        Assert.DoesNotContain(a.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
    }

    [Fact]
    public void A_keyframe_whose_first_packet_is_repaired_starts_forwarding_and_the_rest_can_be_asked_for()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.AnswersKeyframeRequests = false;
        a.Connect();
        b.Connect();
        a.SendFrame(keyframe: false);
        relay.Run(Frame);
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        a.SendFrame(keyframe: false);
        relay.Run(Frame);
        Assert.Empty(b.Video);

        List<byte[]> keyframe = a.SealFrame(keyframe: true, packets: 4);
        foreach (byte[] packet in keyframe[1..])
        {
            relay.FromPeer(a, packet);
        }

        relay.Run(Frame);
        // The relay asked for the lost packet; it starts the stream, and those that came before it follow.
        Assert.True(a.NacksReceived > 0);
        ReceivedRtp first = b.Video.First();
        Assert.True(first.Vp8.IsKeyframe);
        Assert.Equal(4, b.Video.Count());
        AssertContinuous([.. b.Video]);

        // What B asks for is what the relay kept.
        a.SendFrame(keyframe: false);
        relay.Run(Frame);
        ReceivedRtp next = b.Video.ElementAt(4);
        Assert.Equal((ushort)(first.Sequence + 4), next.Sequence);
        b.RequestRetransmission((ushort)(first.Sequence + 1), (ushort)(first.Sequence + 2), (ushort)(first.Sequence + 3));
        relay.Run(Frame);
        List<ReceivedRtp> repaired = [.. b.Received.Where(p => p.PayloadType == SimulatedPeer.RtxPayloadType)];
        Assert.Equal(3, repaired.Count);
        Assert.All(repaired, p => Assert.Equal(first.Timestamp, p.Timestamp));
        Assert.Equal(0, b.Rejected);
    }

    [Fact]
    public void Reordered_packets_keep_their_numbers_and_are_not_asked_for_again()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 10, a, b);
        int nacks = a.NacksReceived;
        int before = b.Video.Count();
        for (int i = 0; i < 200; i++)
        {
            List<byte[]> frame = a.SealFrame(keyframe: false, packets: 5);
            // The first packet comes last, 2 ms after the others.
            byte[] late = frame[0];
            relay.Schedule(TimeSpan.FromMilliseconds(2), () => relay.FromPeer(a, late));
            for (int k = frame.Count - 1; k > 0; k--)
            {
                relay.FromPeer(a, frame[k]);
            }

            relay.Run(Frame);
            a.SendBinding();
            b.SendBinding();
        }

        Assert.Equal(before + 1000, b.Video.Count());
        AssertComplete(b);
        Assert.Equal(nacks, a.NacksReceived);
        Assert.Equal(0, b.Rejected);
        // Frames come whole: five numbers in a row with one timestamp and one picture id.
        foreach (IGrouping<uint, ReceivedRtp> frame in b.Video.Skip(before).GroupBy(p => p.Timestamp))
        {
            Assert.Equal(5, frame.Count());
            Assert.Single(frame.Select(p => p.Vp8.PictureId).Distinct());
        }
    }

    [Fact]
    public void Late_copies_over_rtx_are_dropped_and_never_sealed_twice()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        for (int i = 0; i < 100; i++)
        {
            Talk(relay, 1, a, b);
            for (ushort back = 1; back <= 40; back += 3)
            {
                a.Retransmit((ushort)(a.VideoSequence - back));
            }

            relay.Run(Frame);
            a.SendBinding();
            b.SendBinding();
        }

        Assert.True(relay.Engine.Counters.Dropped(DropReason.Duplicate) > 1000);
        Assert.Equal(0, relay.Engine.Counters.Recovered);
        Assert.Equal(0, b.Rejected);
        List<(uint, ushort)> numbers = [.. b.Video.Select(p => (p.Ssrc, p.Sequence))];
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
    }

    [Fact]
    public void A_copy_that_overtakes_its_original_counts_once()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 10, a, b);
        int before = b.Video.Count();
        byte[] original = a.SealFrame(keyframe: false, packets: 1)[0];
        a.Retransmit((ushort)(a.VideoSequence - 1));
        relay.Run(Frame);
        relay.FromPeer(a, original);
        relay.Run(Frame);
        Assert.Equal(before + 1, b.Video.Count());
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.Duplicate));
        Assert.Equal(0, b.Rejected);
    }

    [Fact]
    public void An_rtx_probe_before_any_media_is_dropped()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        a.SealFrame(keyframe: true, packets: 1);
        a.Retransmit((ushort)(a.VideoSequence - 1));
        byte[] header = new byte[12];
        RtpHeaderWriter.Write(header, marker: false, SimulatedPeer.RtxPayloadType, 9000, 1, a.RtxSsrc, hasExtension: false);
        a.SendRaw(header, []);
        RtpHeaderWriter.Write(header, marker: false, SimulatedPeer.RtxPayloadType, 9001, 1, a.RtxSsrc, hasExtension: false);
        RtpHeaderWriter.SetPadding(header, hasPadding: true);
        a.SendRaw(header, [0, 0, 0, 4]);
        relay.Run(Frame);
        Assert.Equal(1, relay.Engine.Counters.Dropped(DropReason.RtxUnknownOriginal));
        Assert.Equal(2, relay.Engine.Counters.Dropped(DropReason.RtxEmpty));
        Assert.Empty(b.Received);
    }

    [Fact]
    public void Padding_goes_through_with_no_payload_of_the_senders()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 5, a, b);
        for (int i = 0; i < 50; i++)
        {
            a.SendPadding();
            a.SendFrame(keyframe: false);
            relay.Run(Frame);
        }

        List<ReceivedRtp> video = [.. b.Video];
        Assert.Equal(50, video.Count(p => p.Payload.Length == 0));
        Assert.All(video.Zip(video.Skip(1)), pair => Assert.Equal((ushort)(pair.First.Sequence + 1), pair.Second.Sequence));
        // A padding packet that was lost comes again as its bare number, else the receiver would miss it for good.
        ushort[] padding = [.. video.Where(p => p.Payload.Length == 0 && p.Time > relay.Now - TimeSpan.FromSeconds(0.5)).Select(p => p.Sequence)];
        b.RequestRetransmission(padding);
        relay.Run(Frame);
        ReceivedRtp[] again = [.. b.Received.Where(p => p.PayloadType == SimulatedPeer.RtxPayloadType)];
        Assert.Equal(padding, again.Select(p => BinaryPrimitives.ReadUInt16BigEndian(p.Payload)));
        Assert.All(again, p => Assert.Equal(2, p.Payload.Length));
    }

    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void Seventy_thousand_packets_wrap_every_counter_without_a_break(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.VideoPayloadBytes = 60;
        Pair(relay, a, b);
        Talk(relay, 1, a, b);
        for (int i = 0; i < 7_000; i++)
        {
            a.SendFrame(keyframe: false, packets: 10);
            if (i % 60 == 0)
            {
                a.SendBinding();
                b.SendBinding();
            }

            relay.Run(Frame);
            if (i % 1_000 == 999)
            {
                b.RequestRetransmission(b.Video.Last().Sequence);
            }
        }

        relay.Run(Frame);
        List<ReceivedRtp> video = [.. b.Video];
        Assert.True(video.Count > 70_000);
        AssertContinuous(video);
        Assert.Equal(7, b.Received.Count(p => p.PayloadType == SimulatedPeer.RtxPayloadType));
        Assert.Equal(0, b.Rejected);
    }
}

using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation.Sfu;

/// <summary>What a sender is told of its packets, alone, in a pair, and from one to the other.</summary>
public sealed class TransportCcTests : IDisposable
{
    private static readonly SimulatedMedia Numbered = new() { TransportCcExtensionId = 3, AbsSendTimeExtensionId = 2 };
    private static readonly SimulatedMedia Unnumbered = new() { AbsSendTimeExtensionId = 5 };

    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;
    private readonly SimulatedPeer _c;
    private Instant _nextBinding;
    private int _unsent;

    public TransportCcTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1, media: Numbered);
        _b = new SimulatedPeer(_relay, 1, 1, 2, media: Numbered with { TransportCcExtensionId = 9 });
        _c = new SimulatedPeer(_relay, 2, 1, 3, media: Numbered with { TransportCcExtensionId = 12 });
        _b.TransportCc.ClockOffset = TimeSpan.FromSeconds(98_765.4321);
        _c.TransportCc.ClockOffset = TimeSpan.FromSeconds(-1_234.5);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
        _relay.Dispose();
    }

    [Fact]
    public void In_a_pair_the_sender_is_told_of_the_whole_path()
    {
        Pair(_relay, _a, _b);
        Speak(10);
        int down = 0;
        int lost = 0;
        _relay.LosesDown = d =>
        {
            bool loses = IsRtp(d) && ++down % 10 == 5;
            lost += loses ? 1 : 0;
            return loses;
        };
        long first = _a.TransportCc.Next;
        Dictionary<long, TimeSpan> queues = [];
        for (int i = 0; i < 300; i++)
        {
            // A queue that grows to 150 ms, shrinks again, and so on.
            _relay.QueueDown = TimeSpan.FromMilliseconds(Math.Abs((i % 100) - 50) * 3);
            long next = _a.TransportCc.Next;
            Speak(1);
            for (; next < _a.TransportCc.Next; next++)
            {
                queues[next] = _relay.QueueDown;
            }
        }

        _relay.LosesDown = _ => false;
        Speak(20);
        Assert.True(lost > 50);
        Assert.Equal(lost, _a.TransportCc.Lost.Count(n => n >= first));
        List<ToldPacket> received = [.. _a.TransportCc.ToldReceived.Where(t => queues.ContainsKey(t.Number))];
        Assert.Equal(queues.Count - lost, received.Count);
        Assert.Equal(received.Count, received.Select(t => t.Number).Distinct().Count());
        double[] rest = [.. received.Select(t => (Transit(t) - queues[t.Number]).TotalMilliseconds)];
        Assert.InRange(rest.Max() - rest.Min(), 0, 1);
    }

    [Fact]
    public void Packets_lost_on_the_way_to_the_relay_are_told_as_lost()
    {
        Pair(_relay, _a, _b);
        Speak(10);
        _a.AnswersNacks = false;
        _a.AnswersKeyframeRequests = false;
        HashSet<long> lost = LoseUp(every: 7);
        Speak(100);
        _relay.LosesUp = _ => false;
        Speak(10);
        Assert.True(lost.Count > 30);
        Assert.Equal(lost.Order(), _a.TransportCc.Lost);
        AssertToldOnce(_a);
    }

    [Fact]
    public void Alone_the_relay_answers_for_itself()
    {
        _a.Connect();
        Speak(10);
        HashSet<long> lost = LoseUp(every: 9);
        Speak(200);
        _relay.LosesUp = _ => false;
        Speak(10);
        Assert.True(lost.Count > 30);
        Assert.Equal(lost.Order(), _a.TransportCc.Lost);
        AssertToldOnce(_a);
        AssertEven(_a, milliseconds: 0.5);
        List<(Instant Time, byte Count)> messages = _a.TransportCc.Messages;
        for (int i = 1; i < messages.Count; i++)
        {
            Assert.InRange((messages[i].Time - messages[i - 1].Time).TotalMilliseconds, 49, 150);
            Assert.Equal((byte)(messages[i - 1].Count + 1), messages[i].Count);
        }

        // Nothing to tell: no messages.
        _relay.Run(TimeSpan.FromSeconds(1));
        int count = messages.Count;
        _relay.Run(TimeSpan.FromSeconds(5));
        Assert.Equal(count, messages.Count);
    }

    [Fact]
    public void Partners_come_and_go_without_a_jump()
    {
        _a.Connect();
        _b.Connect();
        _c.Connect();
        Speak(40);
        for (int round = 0; round < 3; round++)
        {
            _relay.Command(Command.Connect(_a.Id, _b.Id, withVideo: true));
            Speak(40);
            _relay.Command(Command.Connect(_a.Id, _c.Id, withVideo: true));
            Speak(40);
            _relay.Command(Command.Disconnect(_a.Id));
            Speak(40);
            _relay.Command(Command.Connect(_a.Id, _c.Id, withVideo: false));
            Speak(40);
        }

        _relay.Run(TimeSpan.FromSeconds(2));
        AssertToldOnce(_a);
        AssertEven(_a, milliseconds: 1);
        Assert.Empty(_a.TransportCc.Lost);
        Assert.Equal(_a.TransportCc.Sent.Keys, _a.TransportCc.ToldReceived.Select(t => t.Number).Order());
        long[] told = [.. _a.TransportCc.Told.Select(t => t.Number)];
        Assert.Equal(told.Order(), told);
    }

    [Fact]
    public void What_left_is_numbered_without_a_gap_repeats_included()
    {
        Pair(_relay, _a, _b);
        Speak(40);
        _b.RequestRetransmission(_b.Video.Last().Sequence, _b.Video.First().Sequence);
        Speak(5);
        Assert.Contains(_b.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        ushort[] numbers = [.. _b.TransportCc.ReceivedNumbers];
        Assert.Equal(numbers.Select((_, i) => (ushort)(numbers[0] + i)), numbers);
        Assert.Equal(_b.Received.Count, numbers.Length);
        Assert.All(_b.Received, p => Assert.False(p.HasAbsSendTime));
    }

    [Fact]
    public void A_loss_behind_the_relay_stays_a_loss_when_the_relay_repairs_it()
    {
        Pair(_relay, _a, _b);
        Speak(40);
        ushort before = _b.Video.Last().Sequence;
        int video = 0;
        _relay.LosesDown = d => IsRtp(d) && d.Length > 500 && ++video == 1;
        Speak(1);
        _relay.LosesDown = _ => false;
        Speak(1);
        _b.RequestRetransmission((ushort)(before + 1));
        Speak(20);
        Assert.Single(_b.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        Assert.Single(_a.TransportCc.Lost);
        AssertToldOnce(_a);
        Assert.All(_a.TransportCc.Told, t => Assert.True(_a.TransportCc.Sent.ContainsKey(t.Number)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Probes_go_the_whole_way(bool isPadding)
    {
        Pair(_relay, _a, _b);
        Speak(40);
        int rtx = _b.Received.Count(p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        int dropped = (int)_relay.Engine.Counters.DroppedTotal();
        int down = 0;
        _relay.LosesDown = d => IsRtp(d) && ++down % 2 == 0;
        long first = _a.TransportCc.Next;
        for (int i = 0; i < 20; i++)
        {
            if (isPadding)
            {
                _a.SendProbe();
            }
            else
            {
                _a.Retransmit((ushort)(_a.VideoSequence - 1 - i));
            }
        }

        _relay.Run(_relay.Delay);
        _relay.LosesDown = _ => false;
        Speak(20);
        ReceivedRtp[] probes = [.. _b.Received.Where(p => p.PayloadType == SimulatedPeer.RtxPayloadType).Skip(rtx)];
        Assert.Equal(10, probes.Length);
        Assert.All(probes, p => Assert.Equal(isPadding ? 0 : _b.Video.First().Payload.Length + 2, p.Payload.Length));
        Assert.Equal(10, _a.TransportCc.Lost.Count(n => n >= first && n < first + 20));
        Assert.Equal(10, _a.TransportCc.ToldReceived.Count(t => t.Number >= first && t.Number < first + 20));
        Assert.Equal(dropped, _relay.Engine.Counters.DroppedTotal());
        AssertToldOnce(_a);
    }

    [Fact]
    public void What_arrives_late_is_told_late()
    {
        Pair(_relay, _a, _b);
        Speak(20);
        byte[] late = _a.SealAudio();
        long number = _a.TransportCc.Next - 1;
        Speak(20);
        Assert.Contains(number, _a.TransportCc.Lost);
        _relay.FromPeer(_a, late);
        Speak(20);
        Assert.Empty(_a.TransportCc.Lost);
        AssertToldOnce(_a);
    }

    [Fact]
    public void What_the_partner_never_spoke_of_is_not_told()
    {
        Pair(_relay, _a, _b);
        Speak(40);
        _b.TransportCc.SendsFeedback = false;
        long silent = _a.TransportCc.Next;
        Speak(60);
        long end = _a.TransportCc.Next;
        _b.TransportCc.SendsFeedback = true;
        Speak(60);
        Assert.Empty(_a.TransportCc.Lost);
        Assert.InRange(_a.TransportCc.ToldReceived.Count(t => t.Number >= silent && t.Number < end), 0, (end - silent) / 5);
        Assert.Contains(_a.TransportCc.ToldReceived, t => t.Number > end + 100);
        AssertToldOnce(_a);
    }

    [Fact]
    public void Video_that_waits_for_its_keyframe_does_not_hold_back_the_rest()
    {
        _a.AnswersKeyframeRequests = false;
        Pair(_relay, _a, _b);
        Speak(60);
        Assert.Empty(_b.Video);
        Assert.NotEmpty(_b.Audio);
        AssertToldOnce(_a);
        AssertEven(_a, milliseconds: 1);
        Assert.InRange(_a.TransportCc.Next - _a.TransportCc.Told.Max(t => t.Number), 0, 20);
    }

    [Fact]
    public void Garbage_from_the_partner_is_bounded_and_tells_nothing_of_packets_that_were_not_sent()
    {
        Pair(_relay, _a, _b);
        Speak(10);
        _b.TransportCc.SendsFeedback = false;
        var random = new Random(5);
        for (int i = 0; i < 200; i++)
        {
            int count = random.Next(1, 300);
            int[] deltas = [.. Enumerable.Range(0, count).Select(_ => random.Next(3) == 0
                ? TransportFeedbackWriter.NotReceived
                : random.Next(short.MinValue, short.MaxValue))];
            byte[] buffer = new byte[TransportFeedbackWriter.GetMaxLength(count)];
            // Half of them hit numbers that have left.
            ushort first = (ushort)(random.Next(2) == 0 ? random.Next(65_536) : _b.TransportCc.ReceivedNumbers[^1] - random.Next(20));
            var head = new TransportFeedbackHead(first, (uint)random.Next(1 << 24), (byte)i);
            int length = TransportFeedbackWriter.Write(buffer, 1, 2, head, deltas);
            if (random.Next(4) == 0)
            {
                random.NextBytes(buffer.AsSpan(12, length - 12));
            }

            if (length < 1400)
            {
                _b.SendRtcp(buffer.AsSpan(0, length));
            }

            Speak(1);
        }

        _relay.Run(TimeSpan.FromSeconds(2));
        AssertToldOnce(_a);
        Assert.All(_a.TransportCc.Told, t => Assert.True(_a.TransportCc.Sent.ContainsKey(t.Number)));
        Assert.True(_a.TransportCc.Messages.Count <= 2 * _a.TransportCc.Sent.Count);
        // The next partner finds a working clock.
        _c.Connect();
        _relay.Command(Command.Connect(_a.Id, _c.Id, withVideo: true));
        long next = _a.TransportCc.Next;
        Speak(40);
        List<ToldPacket> after = [.. _a.TransportCc.ToldReceived.Where(t => t.Number >= next)];
        Assert.True(after.Count > 80);
        Assert.InRange(after.Max(Transit).TotalMilliseconds - after.Min(Transit).TotalMilliseconds, 0, 1);
    }

    [Fact]
    public void A_partner_without_numbers_sends_its_estimate_and_the_relay_answers_for_itself()
    {
        using var old = new SimulatedPeer(_relay, 3, 1, 4, media: Unnumbered);
        Pair(_relay, _a, old);
        SpeakBoth(40, _a, old);
        Assert.All(old.Received, p => Assert.True(p.HasAbsSendTime));
        // A receives from one that needs its estimate: it gets what estimates are made from.
        Assert.All(_a.Received, p => Assert.True(p.HasAbsSendTime));
        Assert.Empty(_a.TransportCc.ReceivedNumbers);
        AssertToldOnce(_a);
        AssertEven(_a, milliseconds: 0.5);
        Assert.True(_a.TransportCc.ToldReceived.Count > 80);
        SendRemb(old, 4);
        SendRemb(_a, 1);
        _relay.Run(Frame);
        Assert.Equal(700_000u, Assert.Single(_a.Rembs()).Bitrate);
        Assert.Equal(700_000u, Assert.Single(old.Rembs()).Bitrate);
    }

    [Fact]
    public void An_estimate_is_not_passed_between_two_that_number_their_packets()
    {
        Pair(_relay, _a, _b);
        SpeakBoth(20, _a, _b);
        SendRemb(_b, 2);
        _relay.Run(Frame);
        Assert.Empty(_a.Rembs());
    }

    [Fact]
    public void Feedback_from_a_leg_without_numbers_is_dropped()
    {
        using var old = new SimulatedPeer(_relay, 3, 1, 4, media: Unnumbered);
        Pair(_relay, _a, old);
        byte[] buffer = new byte[TransportFeedbackWriter.GetMaxLength(1)];
        old.SendRtcp(buffer.AsSpan(0, TransportFeedbackWriter.Write(buffer, 1, 2, new TransportFeedbackHead(0, 0, 0), [0])));
        _relay.Run(Frame);
        Assert.Equal(1, _relay.Engine.Counters.Dropped(DropReason.RtcpUnknownStream));
    }

    [Fact]
    public void Feedback_allocates_nothing_alone_and_in_a_pair()
    {
        _a.Connect();
        Speak(60);
        long before = _relay.EngineAllocatedBytes;
        Speak(60);
        Assert.Equal(before, _relay.EngineAllocatedBytes);
        _b.Connect();
        _relay.Command(Command.Connect(_a.Id, _b.Id, withVideo: true));
        Speak(60);
        before = _relay.EngineAllocatedBytes;
        int messages = _a.TransportCc.Messages.Count;
        Speak(200);
        Assert.True(_a.TransportCc.Messages.Count > messages + 50);
        Assert.Equal(before, _relay.EngineAllocatedBytes);
    }

    private static bool IsRtp(byte[] datagram) => DatagramClassifier.Classify(datagram) == DatagramKind.Rtp;

    private static void SendRemb(SimulatedPeer peer, byte seed)
    {
        byte[] remb = new byte[RembWriter.GetLength(1)];
        RembWriter.Write(remb, 1, 700_000, [0x6d2c_b800u + seed]);
        peer.SendRtcp(remb);
    }

    // Every number that was told was told to be received once at most, and to be lost never after that.
    private static void AssertToldOnce(SimulatedPeer peer)
    {
        Assert.NotEmpty(peer.TransportCc.Told);
        HashSet<long> received = [];
        HashSet<long> lost = [];
        foreach (ToldPacket told in peer.TransportCc.Told)
        {
            Assert.DoesNotContain(told.Number, received);
            Assert.True(told.IsReceived ? received.Add(told.Number) : lost.Add(told.Number));
        }
    }

    // The path did not change, so all packets took equally long.
    private void AssertEven(SimulatedPeer peer, double milliseconds)
    {
        TimeSpan[] transits = [.. peer.TransportCc.ToldReceived.Select(Transit)];
        Assert.InRange((transits.Max() - transits.Min()).TotalMilliseconds, 0, milliseconds);
    }

    private TimeSpan Transit(ToldPacket told) => told.Arrival - TimeSpan.FromTicks(_a.TransportCc.Sent[told.Number].Ticks);

    private HashSet<long> LoseUp(int every)
    {
        int up = 0;
        HashSet<long> lost = [];
        _relay.LosesUp = d =>
        {
            bool loses = IsRtp(d) && ++up % every == 0;
            if (loses)
            {
                // A sends its packets as it seals them.
                lost.Add(_a.TransportCc.Next - 1 - _unsent);
            }

            _unsent = Math.Max(_unsent - (IsRtp(d) ? 1 : 0), 0);
            return loses;
        };
        return lost;
    }

    private void Speak(int frames) => SpeakBoth(frames, _a);

    private void SpeakBoth(int frames, params SimulatedPeer[] peers)
    {
        for (int i = 0; i < frames; i++)
        {
            foreach (SimulatedPeer peer in peers)
            {
                List<byte[]> frame = peer.SealFrame(keyframe: false, packets: 2);
                _unsent = frame.Count - 1;
                foreach (byte[] datagram in frame)
                {
                    _relay.FromPeer(peer, datagram);
                }

                _unsent = 0;
                peer.SendAudio();
            }

            if (_relay.Now > _nextBinding)
            {
                _nextBinding = _relay.Now + TimeSpan.FromSeconds(2);
                foreach (SimulatedPeer peer in new[] { _a, _b, _c }.Union(peers).Where(p => p.ReceivedStun.Count > 0))
                {
                    peer.SendBinding();
                }
            }

            _relay.Run(Frame);
        }
    }
}

using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Rtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Streams that stop, start, jump and begin anew, as cameras, microphones and laptops do.</summary>
public sealed class InterruptionTests : IDisposable
{
    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;

    public InterruptionTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1);
        _b = new SimulatedPeer(_relay, 1, 1, 2);
    }

    public void Dispose()
    {
        _a.Dispose();
        _b.Dispose();
        _relay.Dispose();
    }

    [Fact]
    public void One_side_may_listen_only()
    {
        using var listener = new SimulatedPeer(_relay, 2, 1, 3, media: new SimulatedMedia { CanProduce = false });
        Pair(_relay, _a, listener);
        for (int i = 0; i < 120; i++)
        {
            Talk(_relay, 1, _a);
            listener.SendBinding();
        }

        AssertCleanVideo(listener, 1);
        Assert.Equal(120, listener.Audio.Count());
        Assert.Equal(1, _a.KeyframeRequests);
        Assert.Equal(0, listener.KeyframeRequests + listener.NacksReceived);
        // Both are told how the stream does, each its own side of it.
        Assert.NotEmpty(_a.ReceivedRtcp);
        Assert.NotEmpty(listener.ReceivedRtcp);
    }

    [Fact]
    public void A_camera_that_was_off_for_minutes_goes_on_where_it_stopped()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 60, _a, _b);
        int asked = _a.KeyframeRequests;
        for (int second = 0; second < 150; second++)
        {
            Mute(seconds: 1);
            Assert.True(second < 3 || _relay.Pool.InUse == 0, "nothing is kept of a camera that is off");
        }

        Assert.Equal(asked, _a.KeyframeRequests);
        _a.VideoTimestamp += 150 * 90_000;
        _a.SendFrame(keyframe: true);
        Talk(_relay, 30, _a, _b);
        Assert.Equal(0, _a.NacksReceived);
        Assert.Equal(asked, _a.KeyframeRequests);
        List<ReceivedRtp> video = [.. _b.Video];
        AssertConsecutive(video);
        Assert.Contains(video.Zip(video.Skip(1)), pair => pair.Second.Timestamp - pair.First.Timestamp > 149 * 90_000);
    }

    [Fact]
    public void A_camera_that_comes_on_with_a_lost_first_packet_is_repaired()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        Mute(seconds: 60);
        int asked = _a.KeyframeRequests;
        foreach (byte[] packet in _a.SealFrame(keyframe: true, packets: 5)[1..])
        {
            _relay.FromPeer(_a, packet);
        }

        _relay.Run(Frame);
        Assert.Equal(1, _a.NacksReceived);
        Assert.Equal(1, _relay.Engine.Counters.Recovered);
        Assert.Equal(asked, _a.KeyframeRequests);
    }

    [Fact]
    public void An_encoder_that_begins_anew_under_another_ssrc_is_one_stream_for_the_receiver()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 60, _a, _b);
        for (int restart = 1; restart <= 3; restart++)
        {
            _a.VideoSsrc += 0x0100_0000;
            _a.VideoSequence = (ushort)(20_000 * restart);
            _a.VideoTimestamp += 0x1234_5678;
            _a.SendFrame(keyframe: true);
            Talk(_relay, 60, _a, _b);
        }

        Assert.Equal(0, _a.NacksReceived);
        AssertCleanVideo(_b, 1);
        Assert.Equal(0, _b.Rejected);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(200)]
    [InlineData(900)]
    [InlineData(5_000)]
    public void A_laptop_that_slept_goes_on_without_a_storm_of_requests(int lostPackets)
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 60, _a, _b);
        int asked = _a.KeyframeRequests;
        Sleep(seconds: 25);
        Assert.Equal(0, _a.NacksReceived);
        Assert.Equal(asked, _a.KeyframeRequests);

        // What its sender had queued is gone, and it remembers none of it; then come frames stamped before it slept.
        _a.VideoSequence += (ushort)lostPackets;
        for (int i = 0; i < 10; i++)
        {
            _a.SendFrame(keyframe: false);
        }

        _a.VideoTimestamp += 25 * 90_000;
        Talk(_relay, 150, _a, _b);
        Assert.InRange(_a.NacksReceived, 0, 40);
        Assert.InRange(_a.KeyframeRequests - asked, lostPackets == 0 ? 0 : 1, 3);
        Assert.Equal(0, _b.Rejected);
        ReceivedRtp[] last = [.. _b.Video.TakeLast(100)];
        AssertConsecutive(last);
        Assert.All(last, p => Assert.True(p.Time > _relay.Now - TimeSpan.FromSeconds(5)));
    }

    [Fact]
    public void A_laptop_that_slept_longer_than_its_consent_lasts_is_gone()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 60, _a, _b);
        Sleep(seconds: 60);
        EngineEvent closed = Assert.Single(_relay.Events, e => e.Kind == EngineEventKind.Closed);
        Assert.Equal(_a.Id, closed.Transport);
        for (int i = 0; i < 100; i++)
        {
            _a.SendFrame(keyframe: false);
        }

        int before = _b.Video.Count();
        _relay.Run(Frame);
        Assert.Equal(before, _b.Video.Count());
        Assert.Equal(200, _relay.Engine.Counters.Dropped(DropReason.UnknownFlow));
    }

    [Fact]
    public void Silence_between_words_is_neither_loss_nor_a_restart()
    {
        Pair(_relay, _a, _b);
        byte[] header = new byte[RtpHeaderWriter.Length];
        uint timestamp = 0xffff_f000;
        ushort sequence = 65_530;
        List<(uint Timestamp, bool Marker)> sent = [];
        for (int i = 0; i < 200; i++)
        {
            // Three words of ten packets, then comfort noise every 400 ms for a while; the first of a word is marked.
            bool isSilent = i % 40 >= 30;
            RtpHeaderWriter.Write(
                header, marker: i % 40 == 0, SimulatedPeer.AudioPayloadType, sequence++, timestamp, _a.AudioSsrc, hasExtension: false);
            _a.SendRaw(header, isSilent ? [0x78] : new byte[60]);
            sent.Add((timestamp, i % 40 == 0));
            timestamp += isSilent ? 19_200u : 960u;
            _a.SendBinding();
            _b.SendBinding();
            _relay.Run(TimeSpan.FromMilliseconds(isSilent ? 400 : 20));
        }

        List<ReceivedRtp> audio = [.. _b.Audio];
        AssertConsecutive(audio);
        Assert.Equal(sent.Select(p => p.Marker), audio.Select(p => p.Marker));
        Assert.Equal(sent.Select(p => p.Timestamp - sent[0].Timestamp), audio.Select(p => p.Timestamp - audio[0].Timestamp));
        Assert.Equal(0, _a.NacksReceived);
    }

    private static void AssertConsecutive(IReadOnlyList<ReceivedRtp> packets)
    {
        Assert.NotEmpty(packets);
        Assert.Equal(
            packets.Select((_, i) => (ushort)(packets[0].Sequence + i)), packets.Select(p => p.Sequence));
    }

    private void Mute(int seconds)
    {
        for (int i = 0; i < seconds * 50; i++)
        {
            _a.SendAudio();
            if (i % 50 == 0)
            {
                _a.SendBinding();
                _b.SendBinding();
            }

            _relay.Run(TimeSpan.FromMilliseconds(20));
        }
    }

    // Nothing comes of A, while B talks on.
    private void Sleep(int seconds)
    {
        for (int i = 0; i < seconds * 30; i++)
        {
            Talk(_relay, 1, _b);
        }
    }
}

using Relay.Core.Engine;
using Relay.Core.Srtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

public sealed class PairTests
{
    [Theory]
    [InlineData(SrtpProfile.AeadAes128Gcm)]
    [InlineData(SrtpProfile.AeadAes256Gcm)]
    [InlineData(SrtpProfile.Aes128CmSha1_80)]
    public void Two_connected_peers_receive_each_others_media(SrtpProfile profile)
    {
        using var relay = new SimulatedRelay(profile);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        Assert.Equal(2, relay.CountEvents(EngineEventKind.Connected));

        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 60, a, b);

        AssertCleanVideo(a, 2);
        AssertCleanVideo(b, 1);
        Assert.True(a.Audio.Count() >= 55);
        Assert.All(a.Audio, p => Assert.Equal(0x5e1f_a701u, p.Ssrc));
        Assert.All(a.Audio, p => Assert.Equal(2, p.Payload[0]));
        Assert.True(a.KeyframeRequests > 0);
    }

    [Fact]
    public void Next_goes_on_without_a_break_and_starts_at_a_keyframe()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        using var c = new SimulatedPeer(relay, 2, 1, 3);
        a.Connect();
        b.Connect();
        c.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 30, a, b, c);
        relay.Command(Command.Connect(a.Id, c.Id, withVideo: true));
        int before = a.Video.Count();
        Talk(relay, 30, a, b, c);

        List<ReceivedRtp> video = [.. a.Video];
        ReceivedRtp first = video[before..].First(p => p.IsFrom(3));
        Assert.True(first.Vp8.IsKeyframe);
        Assert.DoesNotContain(video[(video.IndexOf(first) + 1)..], p => p.IsFrom(2));
        AssertContinuous(video);
        // B is alone now: nothing of A reaches it any more.
        int left = b.Video.Count();
        Talk(relay, 10, a, b, c);
        Assert.Equal(left, b.Video.Count());
    }

    [Fact]
    public void Audio_mode_forwards_no_video()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: false));
        Talk(relay, 30, a, b);
        Assert.Empty(a.Video);
        Assert.NotEmpty(a.Audio);
        Assert.Equal(0, a.KeyframeRequests);
    }

    [Fact]
    public void Media_is_found_by_MID_when_the_offer_names_no_ssrc()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect(withMidOnly: true);
        b.Connect(withMidOnly: true);
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 30, a, b);
        AssertCleanVideo(a, 2);
        Assert.NotEmpty(b.Audio);
        Assert.Equal("1", a.Video.First().Mid);
    }

    [Theory]
    [InlineData(0.01)]
    [InlineData(0.05)]
    public void Lost_packets_are_repaired_on_the_way_up(double loss)
    {
        using var relay = new SimulatedRelay();
        relay.Delay = TimeSpan.FromMilliseconds(10);
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.LosesUp = d => DatagramClassifier.Classify(d) == DatagramKind.Rtp && relay.Random.Chance(loss);
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 300, a, b);
        relay.LosesUp = _ => false;
        Talk(relay, 10, a, b);

        Assert.True(relay.Engine.Counters.Recovered > 0);
        Assert.True(relay.Engine.Counters.NacksSent > 0);
        // Everything between the first and the last packet arrived, each once.
        AssertComplete(a);
        AssertComplete(b);
    }

    [Fact]
    public void Lost_packets_are_sent_again_on_the_way_down()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 30, a, b);
        ReceivedRtp lost = a.Video.Last();
        // The second time comes before an answer to the first can have arrived, so it gets none.
        a.RequestRetransmission(lost.Sequence);
        a.RequestRetransmission(lost.Sequence, lost.Sequence);
        relay.Run(Frame);

        ReceivedRtp again = Assert.Single(a.Received, p => p.PayloadType == SimulatedPeer.RtxPayloadType);
        Assert.Equal(0x7000_0001u, again.Ssrc);
        Assert.Equal(lost.Timestamp, again.Timestamp);
        Assert.Equal(lost.Sequence, (ushort)((again.Payload[0] << 8) | again.Payload[1]));
        Assert.Equal(lost.Payload, again.Payload[2..]);
    }

    [Fact]
    public void Keyframe_requests_reach_the_sender_at_most_once_in_the_interval()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 60, a, b);
        int before = a.KeyframeRequests;
        for (int i = 0; i < 200; i++)
        {
            b.RequestKeyframe();
            relay.Run(TimeSpan.FromMilliseconds(10));
        }

        // Two seconds of asking: one at once, then one each half second.
        Assert.InRange(a.KeyframeRequests - before, 3, 5);
    }

    [Fact]
    public void A_keyframe_request_is_repeated_until_the_keyframe_comes()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        a.AnswersKeyframeRequests = false;
        a.SendFrame(keyframe: false);
        relay.Run(Frame);
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        relay.Run(TimeSpan.FromSeconds(2.2));
        Assert.InRange(a.KeyframeRequests, 4, 5);
        Assert.Empty(b.Video);
        a.SendFrame(keyframe: true);
        relay.Run(TimeSpan.FromSeconds(2));
        Assert.InRange(a.KeyframeRequests, 4, 5);
        Assert.Equal(2, b.Video.Count());
    }

    [Fact]
    public void Padding_keeps_its_place_in_the_sequence()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 5, a, b);
        a.SendPadding();
        a.SendFrame(keyframe: false);
        relay.Run(Frame);
        List<ReceivedRtp> video = [.. b.Video];
        Assert.Single(video, p => p.Payload.Length == 0);
        for (int i = 1; i < video.Count; i++)
        {
            Assert.Equal((ushort)(video[i - 1].Sequence + 1), video[i].Sequence);
        }
    }

    [Fact]
    public void An_encoder_that_restarts_under_another_ssrc_goes_on_in_the_same_stream()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect();
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 20, a, b);
        a.VideoSsrc++;
        a.VideoSequence = 40_000;
        Talk(relay, 30, a, b);
        List<ReceivedRtp> video = [.. b.Video];
        AssertContinuous(video);
        Assert.All(video, p => Assert.Equal(0x6d2c_b802u, p.Ssrc));
        Assert.True(video.Count > 60);
    }
}

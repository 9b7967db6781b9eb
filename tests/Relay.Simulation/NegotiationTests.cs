using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Rtp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>Two legs that agreed on different things.</summary>
public sealed class NegotiationTests
{
    private static readonly SimulatedMedia Firefox = new()
    {
        AudioPayloadType = 109,
        VideoPayloadType = 120,
        RtxPayloadType = 124,
        AudioMid = "sound"u8.ToArray(),
        VideoMid = "picture"u8.ToArray(),
        MidExtensionId = 3,
        AbsSendTimeExtensionId = 5,
        VideoOrientationExtensionId = 7,
    };

    private static readonly SimulatedMedia Chrome = new() { AbsSendTimeExtensionId = 2, VideoOrientationExtensionId = 13, VideoOrientation = 3 };

    [Fact]
    public void Payload_types_mids_and_extension_ids_are_those_of_the_receiving_leg()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: Chrome);
        using var b = new SimulatedPeer(relay, 1, 1, 2, media: Firefox);
        Pair(relay, a, b);
        Talk(relay, 60, a, b);
        AssertCleanVideo(a, 2);
        AssertCleanVideo(b, 1);
        Assert.Equal([(byte)96, (byte)111], a.Received.Select(p => p.PayloadType).Distinct().Order());
        Assert.Equal([(byte)109, (byte)120], b.Received.Select(p => p.PayloadType).Distinct().Order());
        Assert.All(a.Video, p => Assert.Equal("1", p.Mid));
        Assert.All(b.Video, p => Assert.Equal("picture", p.Mid));
        Assert.All(b.Audio, p => Assert.Equal("sound", p.Mid));
        Assert.All(a.Received.Concat(b.Received), p => Assert.True(p.HasAbsSendTime));
        Assert.All(b.Video, p => Assert.Equal((byte)3, p.Orientation));
        Assert.All(a.Video, p => Assert.Equal((byte)1, p.Orientation));
        Assert.All(a.Audio, p => Assert.Null(p.Orientation));

        b.RequestRetransmission(b.Video.Last().Sequence);
        relay.Run(Frame);
        Assert.Single(b.Received, p => p.PayloadType == 124);
    }

    [Fact]
    public void Loss_is_repaired_between_legs_with_different_payload_types()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: Chrome);
        using var b = new SimulatedPeer(relay, 1, 1, 2, media: Firefox);
        Pair(relay, a, b);
        relay.LosesUp = d => DatagramClassifier.Classify(d) == DatagramKind.Rtp && relay.Random.Chance(0.03);
        Talk(relay, 300, a, b);
        relay.LosesUp = _ => false;
        Talk(relay, 10, a, b);
        AssertComplete(a);
        AssertComplete(b);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Two_byte_header_extensions_are_read_and_written(bool withMidOnly)
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: new SimulatedMedia
        {
            MidExtensionId = 40,
            VideoOrientationExtensionId = 200,
            AbsSendTimeExtensionId = 1,
            UsesTwoByteExtensions = true,
            VideoMid = "a-mid-of-sixteen"u8.ToArray(),
        });
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect(withMidOnly);
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 30, a, b);
        AssertCleanVideo(a, 2);
        AssertCleanVideo(b, 1);
        Assert.All(a.Received, p => Assert.Equal(HeaderExtensionReader.TwoByteProfile, p.ExtensionProfile));
        Assert.All(a.Video, p => Assert.Equal("a-mid-of-sixteen", p.Mid));
        Assert.All(b.Received, p => Assert.Equal(HeaderExtensionReader.OneByteProfile, p.ExtensionProfile));
    }

    [Fact]
    public void The_two_byte_form_is_understood_with_small_ids_too()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: new SimulatedMedia { UsesTwoByteExtensions = true });
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        a.Connect(withMidOnly: true);
        b.Connect();
        relay.Command(Command.Connect(a.Id, b.Id, withVideo: true));
        Talk(relay, 30, a, b);
        AssertCleanVideo(b, 1);
    }

    [Fact]
    public void A_leg_that_only_receives_sends_nothing_to_its_partner()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: new SimulatedMedia { CanProduce = false });
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        AssertCleanVideo(a, 2);
        Assert.NotEmpty(a.Audio);
        Assert.Empty(b.Received);
        Assert.Equal(0, a.KeyframeRequests);
    }

    [Fact]
    public void A_leg_that_only_sends_receives_nothing()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, media: new SimulatedMedia { CanConsume = false });
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        Talk(relay, 30, a, b);
        Assert.Empty(a.Received);
        AssertCleanVideo(b, 1);
        Assert.Equal(0, b.KeyframeRequests);
        Assert.True(relay.Engine.Counters.Dropped(DropReason.NoPartner) > 0);
    }

    [Fact]
    public void A_leg_without_video_is_paired_in_voice()
    {
        using var relay = new SimulatedRelay();
        using var a = new SimulatedPeer(relay, 0, 1, 1, hasVideo: false);
        using var b = new SimulatedPeer(relay, 1, 1, 2);
        Pair(relay, a, b);
        for (int i = 0; i < 30; i++)
        {
            a.SendAudio();
            b.SendAudio();
            b.SendFrame(keyframe: false);
            relay.Run(Frame);
        }

        Assert.NotEmpty(a.Audio);
        Assert.NotEmpty(b.Audio);
        Assert.Empty(a.Video);
        Assert.Equal(0, b.KeyframeRequests);
    }
}

using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ProducerTests : IDisposable
{
    private readonly SfuNetwork _network = new();
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;

    public ProducerTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
    }

    private Producer Video => _a.Session.VideoProducer;

    public void Dispose() => _network.Dispose();

    [Fact]
    public void It_is_active_from_its_first_packet_and_forwards_to_nobody_without_a_partner()
    {
        Assert.False(Video.IsActive);
        Assert.Equal(DropReason.NoPartner, _a.SendVideo(10, keyframe: true));
        Assert.True(Video.IsActive);
        Assert.Equal(_a.VideoSsrc, Video.Ssrc);
        Assert.Equal(0, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_keyframe_is_asked_for_when_there_is_a_stream_and_a_listener()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _network.Run(600);
        Assert.Equal(0, _a.CountKeyframeRequests());
        _a.SendVideo(10);
        Assert.Equal(1, _a.CountKeyframeRequests());
        _network.Run(299);
        Assert.Equal(1, _a.CountKeyframeRequests());
        _network.Run(2);
        Assert.Equal(2, _a.CountKeyframeRequests());
        _a.SendVideo(11, keyframe: true);
        _network.Run(1100);
        Assert.Equal(2, _a.CountKeyframeRequests());
    }

    [Fact]
    public void Nobody_is_asked_once_the_listener_left()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10);
        Router.Disconnect(_a.Session);
        _network.Run(1100);
        Assert.Equal(1, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_gap_is_asked_for_until_it_is_filled()
    {
        _a.SendVideo(10, keyframe: true);
        _a.SendVideo(13);
        Assert.Equal(0, Nacks());
        _network.Run(6);
        Assert.Equal(1, Nacks());
        _a.SendRtx(1, 11);
        _a.SendRtx(2, 12);
        _network.Run(500);
        Assert.Equal(1, Nacks());
        Assert.Equal(2, _network.Counters.Recovered);
    }

    [Fact]
    public void A_packet_that_never_comes_ends_in_a_keyframe_request()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        _network.Run(600);
        int before = _a.CountKeyframeRequests();
        _a.SendVideo(12);
        _network.Run(3000);
        Assert.InRange(Nacks(), 3, NackGenerator.TriesMax);
        Assert.True(_a.CountKeyframeRequests() > before);
    }

    [Fact]
    public void A_gap_too_long_to_repair_ends_in_a_keyframe_request_at_once()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        _network.Run(600);
        int before = _a.CountKeyframeRequests();
        _a.SendVideo(1000);
        Assert.Equal(before + 1, _a.CountKeyframeRequests());
        Assert.Equal(0, Nacks());
    }

    [Fact]
    public void Lost_audio_is_not_asked_for()
    {
        _a.SendAudio(10);
        _a.SendAudio(20);
        _network.Run(100);
        Assert.Equal(0, Nacks());
    }

    [Fact]
    public void A_malformed_payload_is_dropped_and_its_number_can_come_again_over_rtx()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        Assert.Equal(DropReason.PayloadTruncated, _a.Send(SfuLeg.Vp8, _a.VideoSsrc, 11, 33_000, [0x80]));
        Assert.Equal(DropReason.None, _a.SendRtx(1, 11));
    }

    [Fact]
    public void Video_is_kept_for_its_age_and_audio_is_not_kept()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendAudio(1);
        Assert.Equal(0, _network.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
        _a.SendVideo(10, keyframe: true);
        Assert.Equal(1, _network.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
        Assert.True(Video.TryGetCached(0x1000a, _network.Now, out MediaPacket packet));
        Assert.Equal(0x1000a, packet.Sequence);
        Assert.False(_a.Session.AudioProducer.TryGetCached(0x10001, _network.Now, out _));
        _network.Run(1400);
        Assert.Equal(0, _network.Pool.CountHeldBy(PacketOwner.RetransmissionCache));
        Assert.Equal(Instant.Never, Video.NextTimeout);
    }

    [Fact]
    public void Nothing_is_kept_of_video_that_nobody_is_sent()
    {
        _a.SendVideo(10, keyframe: true);
        Assert.Equal(0, _network.Pool.InUse);
    }

    [Fact]
    public void A_jump_far_ahead_is_a_restart_and_a_small_one_is_loss()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        Assert.Equal(DropReason.None, _a.SendVideo(10 + Producer.JumpMax));
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(10 + (2 * Producer.JumpMax) + 1));
        Assert.Equal(DropReason.None, _a.SendVideo(10 + (2 * Producer.JumpMax) + 2, keyframe: true));
        List<ushort> sequences = _b.Sequences(SfuLeg.Vp8);
        Assert.Equal((ushort)(sequences[1] + 1), sequences[2]);
    }

    [Fact]
    public void Another_ssrc_is_a_restart_that_forgets_the_old_stream()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        _a.SendVideo(12);
        _a.VideoSsrc += 0x1000;
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(500));
        _network.Run(100);
        Assert.Equal(0, Nacks());
        Assert.Equal(DropReason.None, _a.SendVideo(501, keyframe: true));
        List<ushort> sequences = _b.Sequences(SfuLeg.Vp8);
        Assert.Equal(3, sequences.Count);
        Assert.Equal((ushort)(sequences[1] + 1), sequences[2]);
    }

    [Fact]
    public void A_late_retransmission_of_the_old_stream_does_not_stop_the_new_one()
    {
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(10, keyframe: true);
        _a.VideoSsrc += 0x1000;
        Assert.Equal(DropReason.None, _a.SendVideo(40_000, keyframe: true));
        // It carries no more than the old number, which the new stream would take for one far ahead.
        Assert.Equal(DropReason.RtxUnknownOriginal, _a.SendRtx(1, 11));
        Assert.Equal(DropReason.None, _a.SendVideo(40_001));
        Assert.Equal(DropReason.None, _a.SendRtx(2, 40_002));
        Assert.Equal(DropReason.Duplicate, _a.SendVideo(40_002));
    }

    [Fact]
    public void Consumers_are_bounded()
    {
        using var network = new SfuNetwork(options: new SfuOptions { ConsumersPerProducerMax = 3 });
        SfuLeg source = network.AddLeg();
        SfuLeg[] sinks = [.. Enumerable.Range(0, 4).Select(_ => network.AddLeg())];
        foreach (SfuLeg sink in sinks)
        {
            sink.Session.VideoConsumer.Connect(source.Session.VideoProducer);
        }

        Assert.Equal(3, source.Session.VideoProducer.ConsumerCount);
        Assert.Null(sinks[3].Session.VideoConsumer.Source);
        sinks[1].Session.VideoConsumer.Disconnect();
        sinks[3].Session.VideoConsumer.Connect(source.Session.VideoProducer);
        Assert.NotNull(sinks[3].Session.VideoConsumer.Source);
        source.Session.VideoProducer.DisconnectConsumers();
        Assert.All(sinks, sink => Assert.Null(sink.Session.VideoConsumer.Source));
        Assert.Equal(0, source.Session.VideoProducer.ConsumerCount);
    }

    private int Nacks() => _a.CountRtcp(RtcpPacketType.TransportFeedback, FeedbackFormat.GenericNack);
}

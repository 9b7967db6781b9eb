using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ConsumerTests : IDisposable
{
    private readonly SfuNetwork _network = new(slots: 64, transmits: 16);
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;

    public ConsumerTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
        Router.Connect(_a.Session, _b.Session, withVideo: true);
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Audio_begins_at_once_and_video_at_a_keyframe()
    {
        Assert.Equal(DropReason.None, _a.SendAudio(1));
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(1));
        Assert.Equal(DropReason.None, _a.SendVideo(2, keyframe: true));
        Assert.Equal(DropReason.None, _a.SendVideo(3));
        Assert.Equal(DropReason.BeforeKeyframe, _a.SendVideo(0));
        Assert.Equal(2, _b.Sequences(SfuLeg.Vp8).Count);
        Assert.True(_b.Session.VideoConsumer.IsActive);
        Assert.False(_a.Session.VideoConsumer.IsActive);
    }

    [Fact]
    public void The_header_is_the_relays_own()
    {
        _a.SendVideo(2, keyframe: true);
        byte[] packet = Assert.Single(_b.Rtp);
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(packet, out RtpPacketReader rtp));
        Assert.Equal(_b.Video.LocalSsrc, rtp.Ssrc);
        Assert.Equal(SfuLeg.Vp8, rtp.PayloadType);
        Assert.True(rtp.Marker);
        Assert.True(rtp.TryGetExtension(4, out ReadOnlySpan<byte> mid));
        Assert.Equal("1"u8, mid);
        // Once the peer has reported on the stream it knows it, and the MID stays away.
        _b.Session.VideoConsumer.IsAcknowledged = true;
        _a.SendVideo(3);
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(_b.Rtp[1], out rtp));
        Assert.False(rtp.HasExtension);
    }

    [Fact]
    public void Without_an_address_to_send_to_nothing_is_sealed()
    {
        _b.Session.Remote = default;
        Assert.Equal(DropReason.WrongState, _a.SendVideo(2, keyframe: true));
        _b.Session.Remote = _b.Address;
        Assert.Equal(DropReason.WaitingForKeyframe, _a.SendVideo(3));
        Assert.Equal(DropReason.None, _a.SendVideo(4, keyframe: true));
    }

    [Fact]
    public void Without_a_free_slot_a_packet_is_dropped_and_can_still_be_asked_for()
    {
        _a.SendVideo(2, keyframe: true);
        ushort first = _b.Sequences(SfuLeg.Vp8)[0];
        // The ring is full, the pool is not.
        int queued = 0;
        while (_network.Transmits.TryRent(out PacketHandle slot))
        {
            _network.Transmits.Enqueue(slot, 0, default);
            queued++;
        }

        Assert.Equal(16, queued);
        Assert.Equal(DropReason.TransmitQueueFull, _a.SendVideo(3));
        Assert.Equal(1, _network.Counters.Refused);
        _a.SendVideo(4);
        Assert.Equal([first, (ushort)(first + 2)], _b.Sequences(SfuLeg.Vp8));
        _b.SendNack((ushort)(first + 1));
        Assert.Single(_b.Sequences(SfuLeg.Rtx));
    }

    [Fact]
    public void A_repeated_NACK_gets_one_answer_in_its_interval()
    {
        _a.SendVideo(2, keyframe: true);
        ushort sequence = _b.Sequences(SfuLeg.Vp8)[0];
        _b.SendNack(sequence);
        _b.SendNack(sequence);
        _network.Run(9);
        _b.SendNack(sequence);
        Assert.Single(_b.Sequences(SfuLeg.Rtx));
        _network.Run(1);
        _b.SendNack(sequence);
        List<ushort> rtx = _b.Sequences(SfuLeg.Rtx);
        Assert.Equal(2, rtx.Count);
        Assert.Equal((ushort)(rtx[0] + 1), rtx[1]);
        Assert.Equal(2, _network.Counters.Retransmitted);
    }

    [Fact]
    public void A_NACK_for_a_packet_past_its_age_or_with_no_source_gets_none()
    {
        _a.SendVideo(2, keyframe: true);
        ushort sequence = _b.Sequences(SfuLeg.Vp8)[0];
        _network.Run(1002);
        _b.SendNack(sequence);
        _a.SendVideo(3);
        Router.Disconnect(_a.Session);
        _b.SendNack((ushort)(sequence + 1));
        Assert.Empty(_b.Sequences(SfuLeg.Rtx));
    }

    [Fact]
    public void A_NACK_for_what_is_no_longer_held_becomes_one_keyframe_request()
    {
        _a.SendVideo(2, keyframe: true);
        ushort first = _b.Sequences(SfuLeg.Vp8)[0];
        _a.SendVideo(3);
        _network.Run(1500);
        int before = _a.CountKeyframeRequests();
        for (int i = 0; i < 20; i++)
        {
            _b.SendNack((ushort)(first + 1));
            _network.Run(5);
        }

        Assert.Equal(before + 1, _a.CountKeyframeRequests());
        // The keyframe makes it needless.
        _a.SendVideo(4, keyframe: true);
        _network.Run(1500);
        _b.SendNack((ushort)(first + 1));
        Assert.Equal(before + 1, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_NACK_for_what_the_relay_still_waits_for_asks_for_no_keyframe()
    {
        _a.SendVideo(2, keyframe: true);
        ushort first = _b.Sequences(SfuLeg.Vp8)[0];
        _network.Run(600);
        int before = _a.CountKeyframeRequests();
        _a.SendVideo(4);
        _b.SendNack((ushort)(first + 1));
        _network.Run(50);
        Assert.Equal(before, _a.CountKeyframeRequests());
        Assert.Equal(DropReason.None, _a.SendRtx(1, 3));
        Assert.Contains((ushort)(first + 1), _b.Sequences(SfuLeg.Vp8));
    }

    [Fact]
    public void A_keyframe_request_that_crosses_a_keyframe_is_answered_by_it()
    {
        _a.SendVideo(2, keyframe: true);
        _network.Run(600);
        int before = _a.CountKeyframeRequests();
        _a.SendVideo(3, keyframe: true);
        _network.Run(40);
        _b.Session.VideoConsumer.HandleKeyframeRequest(_network.Now);
        _network.Run(5);
        Assert.Equal(before, _a.CountKeyframeRequests());
        _network.Run(20);
        _b.Session.VideoConsumer.HandleKeyframeRequest(_network.Now);
        _network.Run(5);
        Assert.Equal(before + 1, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_storm_of_NACKs_is_read_up_to_a_limit()
    {
        _a.SendVideo(2, keyframe: true);
        ushort first = _b.Sequences(SfuLeg.Vp8)[0];
        _a.SendVideo(3);
        for (int i = 0; i < 2000; i++)
        {
            _b.SendNack(first);
        }

        // The budget is spent, even on a packet that was not asked for yet.
        _b.SendNack((ushort)(first + 1));
        Assert.Single(_b.Sequences(SfuLeg.Rtx));
        _network.Run(20);
        _b.SendNack((ushort)(first + 1));
        Assert.Equal(2, _b.Sequences(SfuLeg.Rtx).Count);
    }

    [Fact]
    public void Copies_of_voice_go_out_under_the_receivers_payload_types()
    {
        SfuLeg other = _network.AddLeg(opus: 109);
        Router.Connect(_a.Session, other.Session, withVideo: true);
        byte[] red = [0x80 | SfuLeg.Opus, 0x0f, 0, 2, SfuLeg.Opus, 1, 1, 2, 2, 2];
        Assert.Equal(DropReason.None, _a.Send(SfuLeg.Red, _a.AudioSsrc, 5, 960, red));
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(Assert.Single(other.Rtp), out RtpPacketReader rtp));
        Assert.Equal(SfuLeg.Red, rtp.PayloadType);
        Assert.True(rtp.Marker);
        Assert.Equal([0x80 | 109, 0x0f, 0, 2, 109, 1, 1, 2, 2, 2], rtp.Payload.ToArray());
    }

    [Fact]
    public void Who_takes_no_copies_gets_the_voice_alone()
    {
        SfuLeg other = _network.AddLeg(opus: 109, hasRed: false);
        Router.Connect(_a.Session, other.Session, withVideo: true);
        byte[] red = [0x80 | SfuLeg.Opus, 0x0f, 0, 2, SfuLeg.Opus, 1, 1, 2, 2, 2];
        Assert.Equal(DropReason.None, _a.Send(SfuLeg.Red, _a.AudioSsrc, 5, 960, red));
        Assert.Equal(DropReason.None, _a.SendAudio(6));
        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(other.Rtp[0], out RtpPacketReader rtp));
        Assert.Equal(109, rtp.PayloadType);
        Assert.Equal([2, 2, 2], rtp.Payload.ToArray());
        List<ushort> sent = other.Sequences(109);
        Assert.Equal((ushort)(sent[0] + 1), sent[1]);
        // A block that is not Opus cannot be told to the receiver.
        Assert.Equal(DropReason.PayloadMalformed, _a.Send(SfuLeg.Red, _a.AudioSsrc, 7, 1920, [13, 1]));
    }

    [Fact]
    public void A_leg_that_did_not_negotiate_the_codec_gets_nothing()
    {
        SfuLeg voice = _network.AddLeg(hasVideo: false);
        Router.Connect(_a.Session, voice.Session, withVideo: true);
        Assert.Null(voice.Session.VideoConsumer.Source);
        Assert.Null(_a.Session.VideoConsumer.Source);
        Assert.Equal(DropReason.NoPartner, _a.SendVideo(2, keyframe: true));
        Assert.Equal(DropReason.None, _a.SendAudio(1));
    }
}

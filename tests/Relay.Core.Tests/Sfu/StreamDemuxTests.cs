using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class StreamDemuxTests
{
    private const byte Opus = 111;
    private const byte Vp8 = 96;
    private const byte Rtx = 97;
    private const byte MidId = 4;

    [Fact]
    public void An_ssrc_of_the_offer_needs_nothing_else()
    {
        StreamDemux demux = Create(audioSsrc: 1, videoSsrc: 2, rtxSsrc: 3);
        Assert.Equal((DropReason.None, MediaKind.Audio, false), Find(demux, 1, Opus));
        Assert.Equal((DropReason.None, MediaKind.Video, false), Find(demux, 2, Vp8));
        Assert.Equal((DropReason.None, MediaKind.Video, true), Find(demux, 3, Rtx));
    }

    [Fact]
    public void A_known_ssrc_is_not_moved_by_a_mid()
    {
        StreamDemux demux = Create(audioSsrc: 1, videoSsrc: 2);
        Assert.Equal((DropReason.None, MediaKind.Audio, false), Find(demux, 1, Opus, "1"));
        Assert.Equal(DropReason.RtpUnknownPayloadType, Find(demux, 1, Vp8, "1").Reason);
    }

    [Fact]
    public void A_mid_latches_its_ssrc_and_need_not_come_again()
    {
        StreamDemux demux = Create(sharedPayloadType: true);
        Assert.Equal(DropReason.RtpUnknownStream, Find(demux, 50, Opus).Reason);
        Assert.Equal((DropReason.None, MediaKind.Video, false), Find(demux, 50, Vp8, "1"));
        Assert.Equal((DropReason.None, MediaKind.Audio, false), Find(demux, 60, Opus, "0"));
        Assert.Equal((DropReason.None, MediaKind.Audio, false), Find(demux, 60, Opus));
        Assert.True(demux.TryGetKind(50, out MediaKind kind));
        Assert.Equal(MediaKind.Video, kind);
        Assert.False(demux.TryGetKind(51, out _));
    }

    [Fact]
    public void An_unknown_mid_leaves_the_payload_type()
    {
        StreamDemux demux = Create();
        Assert.Equal((DropReason.None, MediaKind.Video, false), Find(demux, 50, Vp8, "nope"));
        Assert.Equal((DropReason.None, MediaKind.Video, true), Find(demux, 51, Rtx));
        Assert.Equal((DropReason.None, MediaKind.Audio, false), Find(demux, 52, Opus));
    }

    [Fact]
    public void A_payload_type_that_nobody_negotiated_latches_nothing()
    {
        StreamDemux demux = Create();
        Assert.Equal(DropReason.RtpUnknownStream, Find(demux, 50, 33).Reason);
        Assert.Equal(DropReason.RtpUnknownPayloadType, Find(demux, 50, 33, "1").Reason);
        Assert.False(demux.TryGetKind(50, out _));
    }

    [Fact]
    public void The_table_of_ssrcs_is_bounded_and_keeps_what_it_has()
    {
        StreamDemux demux = Create();
        for (uint ssrc = 1; ssrc <= StreamDemux.StreamsMax; ssrc++)
        {
            Assert.Equal(DropReason.None, Find(demux, ssrc, Vp8).Reason);
        }

        Assert.Equal(DropReason.RtpTooManyStreams, Find(demux, 999, Vp8).Reason);
        Assert.Equal(DropReason.None, Find(demux, 1, Vp8).Reason);
    }

    [Fact]
    public void A_section_that_is_not_there_gets_nothing()
    {
        var demux = new StreamDemux(default, default);
        Assert.Equal(DropReason.RtpUnknownStream, Find(demux, 0, 0).Reason);
        Assert.Equal(DropReason.RtpUnknownStream, Find(demux, 1, Vp8, "1").Reason);
    }

    private static StreamDemux Create(uint audioSsrc = 0, uint videoSsrc = 0, uint rtxSsrc = 0, bool sharedPayloadType = false)
    {
        var audio = new MediaParameters { Mid = new InlineText("0"u8), MidExtensionId = MidId, RemoteSsrc = audioSsrc };
        audio.Add(new CodecParameters { Codec = CodecKind.Opus, PayloadType = Opus });
        var video = new MediaParameters
        {
            Mid = new InlineText("1"u8),
            MidExtensionId = MidId,
            RemoteSsrc = videoSsrc,
            RemoteRtxSsrc = rtxSsrc,
        };
        video.Add(new CodecParameters { Codec = CodecKind.Vp8, PayloadType = Vp8, RtxPayloadType = Rtx, HasRtx = true });
        if (sharedPayloadType)
        {
            video.Add(new CodecParameters { Codec = CodecKind.H264, PayloadType = Opus });
        }

        return new StreamDemux(audio, video);
    }

    private static (DropReason Reason, MediaKind Kind, bool IsRtx) Find(
        StreamDemux demux, uint ssrc, byte payloadType, string? mid = null)
    {
        byte[] packet = new byte[64];
        RtpHeaderWriter.Write(packet, marker: false, payloadType, 1, 1, ssrc, hasExtension: mid is not null);
        int length = RtpHeaderWriter.Length;
        if (mid is not null)
        {
            HeaderExtensionWriter extensions = HeaderExtensionWriter.Begin(packet.AsSpan(length), twoByte: false);
            extensions.TryAdd(MidId, System.Text.Encoding.ASCII.GetBytes(mid));
            length += extensions.Finish();
        }

        Assert.Equal(DropReason.None, RtpPacketReader.TryParse(packet.AsSpan(0, length), out RtpPacketReader rtp));
        DropReason reason = demux.TryFind(rtp, out MediaKind kind, out CodecParameters codec, out bool isRtx);
        Assert.True(reason != DropReason.None || codec.Codec.GetMediaKind() == kind);
        return (reason, kind, isRtx);
    }
}

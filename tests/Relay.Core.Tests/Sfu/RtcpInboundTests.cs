using Relay.Core.Diagnostics;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class RtcpInboundTests : IDisposable
{
    private readonly SfuNetwork _network = new(slots: 2048, transmits: 1024);
    private readonly SfuLeg _a;
    private readonly SfuLeg _b;
    private readonly RtcpInbound _inbound;

    public RtcpInboundTests()
    {
        _a = _network.AddLeg();
        _b = _network.AddLeg();
        _inbound = new RtcpInbound(_b.Session);
        Router.Connect(_a.Session, _b.Session, withVideo: true);
        _a.SendVideo(1, keyframe: true);
        _network.Run(600);
    }

    public void Dispose() => _network.Dispose();

    [Fact]
    public void Pli_and_fir_for_the_video_that_is_sent_ask_its_source()
    {
        int before = _a.CountKeyframeRequests();
        byte[] pli = new byte[PliWriter.Length];
        PliWriter.Write(pli, 1, _b.Video.LocalSsrc);
        Assert.Equal(DropReason.None, Handle(pli));
        Assert.Equal(before + 1, _a.CountKeyframeRequests());
        _a.SendVideo(2, keyframe: true);
        _network.Run(600);
        byte[] fir = new byte[FirWriter.Length];
        FirWriter.Write(fir, 1, _b.Video.LocalSsrc, 7);
        Assert.Equal(DropReason.None, Handle(fir));
        Assert.Equal(before + 2, _a.CountKeyframeRequests());
    }

    [Fact]
    public void Feedback_about_another_stream_is_dropped()
    {
        int before = _a.CountKeyframeRequests();
        byte[] pli = new byte[PliWriter.Length];
        PliWriter.Write(pli, 1, _b.Audio.LocalSsrc);
        Assert.Equal(DropReason.RtcpUnknownStream, Handle(pli));
        PliWriter.Write(pli, 1, _a.VideoSsrc);
        Assert.Equal(DropReason.RtcpUnknownStream, Handle(pli));
        byte[] nack = new byte[NackWriter.GetMaxLength(1)];
        int length = NackWriter.Write(nack, 1, _b.Video.LocalRtxSsrc, [1], out _);
        Assert.Equal(DropReason.RtcpUnknownStream, Handle(nack.AsSpan(0, length)));
        Assert.Equal(before, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_bad_packet_does_not_keep_the_others_of_its_compound_from_working()
    {
        int before = _a.CountKeyframeRequests();
        byte[] compound = new byte[2 * PliWriter.Length];
        int length = PliWriter.Write(compound, 1, 0xbad);
        length += PliWriter.Write(compound.AsSpan(length), 1, _b.Video.LocalSsrc);
        Assert.Equal(DropReason.RtcpUnknownStream, Handle(compound.AsSpan(0, length)));
        Assert.Equal(before + 1, _a.CountKeyframeRequests());
    }

    [Fact]
    public void A_report_block_acknowledges_its_stream_and_tells_the_round_trip()
    {
        NtpTimestamp sent = NtpTimestamp.FromInstant(_network.Now - TimeSpan.FromMilliseconds(300));
        var block = new ReportBlock(
            _b.Video.LocalSsrc, 0, 0, 1, 0, sent.Middle32, NtpTimestamp.ToDelayUnits(TimeSpan.FromMilliseconds(200)));
        var stranger = new ReportBlock(0xbad, 0, 0, 1, 0, sent.Middle32, 0);
        byte[] report = new byte[ReceiverReportWriter.GetLength(2)];
        ReceiverReportWriter.Write(report, 1, [block, stranger]);
        Assert.Equal(DropReason.None, Handle(report));
        Assert.True(_b.Session.VideoConsumer.IsAcknowledged);
        Assert.False(_b.Session.AudioConsumer.IsAcknowledged);
        Assert.InRange(_b.Session.RoundTripTime.TotalMilliseconds, 99, 101);
    }

    [Fact]
    public void A_sender_report_sets_the_clock_of_the_stream_that_it_names()
    {
        _b.SendVideo(1, keyframe: true);
        byte[] report = new byte[SenderReportWriter.GetLength(0)];
        SenderReportWriter.Write(report, _b.RtxSsrc, new NtpTimestamp(1UL << 32), 1, 1, 1, []);
        Assert.Equal(DropReason.None, Handle(report));
        SenderReportWriter.Write(report, 0xbad, new NtpTimestamp(1UL << 32), 1, 1, 1, []);
        Assert.Equal(DropReason.None, Handle(report));
        Assert.False(_b.Session.VideoProducer.HasClock);
        SenderReportWriter.Write(report, _b.VideoSsrc, new NtpTimestamp(1UL << 32), 777, 1, 1, []);
        Assert.Equal(DropReason.None, Handle(report));
        Assert.True(_b.Session.VideoProducer.HasClock);
        Assert.Equal(777u, _b.Session.VideoProducer.TimestampAt(NtpTimestamp.FromInstant(_network.Now)));
    }

    [Fact]
    public void One_compound_is_answered_with_a_bounded_number_of_packets()
    {
        for (ushort i = 2; i < 400; i++)
        {
            _a.SendVideo(i);
        }

        ushort[] all = [.. _b.Sequences(SfuLeg.Vp8)];
        Assert.True(all.Length > 256);
        byte[] nack = new byte[NackWriter.GetMaxLength(all.Length)];
        int length = NackWriter.Write(nack, 1, _b.Video.LocalSsrc, all, out int consumed);
        Assert.Equal(all.Length, consumed);
        Assert.Equal(DropReason.None, Handle(nack.AsSpan(0, length)));
        Assert.Equal(256, _b.Sequences(SfuLeg.Rtx).Count);
    }

    [Fact]
    public void Random_bytes_never_throw()
    {
        var random = new Random(1);
        byte[] bytes = new byte[200];
        byte[] types = [200, 201, 202, 203, 204, 205, 206, 207];
        for (int i = 0; i < 100_000; i++)
        {
            int words = random.Next(1, 50);
            random.NextBytes(bytes);
            bytes[0] = (byte)(0x80 | random.Next(32));
            bytes[1] = types[random.Next(types.Length)];
            bytes[2] = 0;
            bytes[3] = (byte)(words - 1);
            Handle(bytes.AsSpan(0, words * 4));
        }

        Assert.Equal(DropReason.None, _a.SendVideo(1000, keyframe: true));
    }

    private DropReason Handle(ReadOnlySpan<byte> compound)
    {
        DropReason reason = _inbound.Handle(compound, _network.Now);
        _network.Settle();
        return reason;
    }
}

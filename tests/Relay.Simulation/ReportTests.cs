using System.Text;
using Relay.Core.Diagnostics;
using Relay.Core.Engine;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Xunit;
using static Relay.Simulation.Conversation;

namespace Relay.Simulation;

/// <summary>The relay's own RTCP, and what it makes of a peer's.</summary>
public sealed class ReportTests : IDisposable
{
    private readonly SimulatedRelay _relay = new();
    private readonly SimulatedPeer _a;
    private readonly SimulatedPeer _b;
    private readonly SimulatedPeer _c;

    public ReportTests()
    {
        _a = new SimulatedPeer(_relay, 0, 1, 1);
        _b = new SimulatedPeer(_relay, 1, 1, 2);
        _c = new SimulatedPeer(_relay, 2, 1, 3);
    }

    public void Dispose()
    {
        _relay.Dispose();
        _a.Dispose();
        _b.Dispose();
        _c.Dispose();
    }

    [Fact]
    public void Sender_reports_count_what_was_sent_under_the_relays_own_ssrcs()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 100, _a, _b);
        List<Report> reports = SenderReports(_b);
        Assert.Equal([0x5e1f_a702u, 0x6d2c_b802u], reports.Select(r => r.Ssrc).Distinct().Order());
        foreach (Report report in reports)
        {
            // The reports of one compound share one moment: what had been sent by then is what B had, one delay later.
            List<ReceivedRtp> sent = [.. _b.Received.Where(p => p.Ssrc == report.Ssrc && p.Time <= report.Time)];
            Assert.Equal((uint)sent.Count, report.Packets);
            Assert.Equal((uint)sent.Sum(p => p.Payload.Length), report.Octets);
        }

        Assert.True(reports.Count >= 6);
    }

    [Fact]
    public void Every_compound_with_reports_names_the_relay_and_nobody_else()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 100, _a, _b);
        List<string> names = [];
        foreach (byte[] compound in _b.ReceivedRtcp)
        {
            RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                if (packet.Type == RtcpPacketType.SourceDescription)
                {
                    SdesReader.TryParse(packet, out SdesReader sdes);
                    while (sdes.TryReadNext(out uint ssrc, out ReadOnlySpan<byte> cname))
                    {
                        Assert.Equal(0x5e1f_a702u, ssrc);
                        names.Add(Encoding.ASCII.GetString(cname));
                    }
                }
            }
        }

        Assert.True(names.Count >= 3);
        Assert.All(names, name => Assert.Equal("relay", name));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-5_000)]
    [InlineData(86_400_000)]
    public void Lips_stay_in_step_with_the_voice_across_partners(int clockOffsetMilliseconds)
    {
        Pair(_relay, _a, _b);
        _c.Connect();
        foreach (SimulatedPeer partner in new[] { _b, _c, _b })
        {
            _relay.Command(Command.Connect(_a.Id, partner.Id, withVideo: true));
            for (int second = 0; second < 4; second++)
            {
                // The partner's wall clock is wrong by an offset of its own. Its two streams begin at unrelated timestamps.
                NtpTimestamp wall = Wall(_relay.Now, clockOffsetMilliseconds + (partner == _b ? 0 : 777));
                partner.SendSenderReport(wall, partner.VideoSsrc, partner.VideoTimestamp);
                partner.SendSenderReport(wall, partner.AudioSsrc, (uint)(partner.AudioSequence * 960));
                Talk(_relay, 30, _a, partner);
            }

            // Frame and audio packet of one call to Talk were captured at one moment: the relay's reports must say so too.
            List<Report> reports = SenderReports(_a);
            Report audio = reports.Last(r => r.Ssrc == 0x5e1f_a701);
            Report video = reports.Last(r => r.Ssrc == 0x6d2c_b801);
            Assert.Equal(audio.Time, video.Time);
            ReceivedRtp lastVideo = _a.Video.Last(p => p.Marker);
            ReceivedRtp lastAudio = _a.Audio.Last();
            double videoSeconds = (int)(lastVideo.Timestamp - video.Timestamp) / 90_000.0 + Seconds(video.Ntp);
            double audioSeconds = (int)(lastAudio.Timestamp - audio.Timestamp) / 48_000.0 + Seconds(audio.Ntp);
            // Talk spaces frames by 33 ms and stamps them 33.3 ms and 20 ms apart: allow for what that adds up to in a second.
            double drift = (30 * (0.033 - 0.020)) + 0.02;
            Assert.InRange(videoSeconds - audioSeconds, -drift, drift);
        }
    }

    [Fact]
    public void A_report_maps_the_senders_capture_times_exactly()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 5, _a, _b);
        // B's wall clock shows noon when the relay's shows this moment less the way up; then nothing more is heard of it.
        NtpTimestamp noon = new(43_200UL << 32);
        uint videoTimestamp = _b.VideoTimestamp;
        uint audioTimestamp = (uint)(_b.AudioSequence * 960);
        _b.SendSenderReport(noon, _b.VideoSsrc, videoTimestamp);
        _b.SendSenderReport(noon, _b.AudioSsrc, audioTimestamp);
        _b.SendFrame(keyframe: false);
        _b.SendAudio();
        Instant arrived = _relay.Now + _relay.Delay;
        _relay.Run(TimeSpan.FromSeconds(3));

        // The packets stamped at noon tell what the shifted timestamps of noon are.
        uint videoAtNoon = _a.Video.Last().Timestamp;
        uint audioAtNoon = _a.Audio.Last().Timestamp;
        List<Report> reports = SenderReports(_a);
        foreach (Report report in reports.TakeLast(2))
        {
            double elapsed = Seconds(report.Ntp) - Seconds(NtpTimestamp.FromInstant(arrived));
            bool isVideo = report.Ssrc == 0x6d2c_b801;
            double ticks = elapsed * (isVideo ? 90_000 : 48_000);
            Assert.InRange((int)(report.Timestamp - (isVideo ? videoAtNoon : audioAtNoon)), ticks - 1.5, ticks + 1.5);
        }

        Assert.NotEqual(reports[^1].Ssrc, reports[^2].Ssrc);
    }

    [Fact]
    public void Report_blocks_tell_a_sender_its_loss_and_its_last_report()
    {
        Pair(_relay, _a, _b);
        _a.AnswersNacks = false;
        Talk(_relay, 10, _a, _b);
        var ntp = new NtpTimestamp(0x1234_5678_9abc_def0);
        _a.SendSenderReport(ntp, _a.VideoSsrc, _a.VideoTimestamp);
        _relay.Run(_relay.Delay);
        Instant heard = _relay.Now;
        int videoPackets = 0;
        _relay.LosesUp = d => DatagramClassifier.Classify(d) == DatagramKind.Rtp && d.Length > 500 && (++videoPackets % 4) == 0;
        Talk(_relay, 60, _a);
        _relay.LosesUp = _ => false;
        Talk(_relay, 80, _a);

        List<(ReportBlock Block, Instant Time)> blocks = ReportBlocks(_a);
        List<(ReportBlock Block, Instant Time)> video = [.. blocks.Where(b => b.Block.Ssrc == _a.VideoSsrc)];
        Assert.Equal([_a.AudioSsrc, _a.VideoSsrc], blocks.Select(b => b.Block.Ssrc).Distinct().Order());
        Assert.Equal(videoPackets / 4, video[^1].Block.CumulativeLost);
        Assert.Contains(video, b => b.Block.FractionLost is > 50 and < 75);
        Assert.Equal(0, video[^1].Block.FractionLost);
        foreach ((ReportBlock block, Instant time) in video.Where(b => b.Time > heard + TimeSpan.FromSeconds(1)))
        {
            Assert.Equal(ntp.Middle32, block.LastSr);
            TimeSpan since = time - _relay.Delay - heard;
            Assert.InRange(NtpTimestamp.FromDelayUnits(block.DelaySinceLastSr), since - Milli(1), since + Milli(1));
        }
    }

    [Fact]
    public void The_round_trip_is_read_from_a_peers_report_blocks()
    {
        _relay.Delay = TimeSpan.FromMilliseconds(40);
        _a.Connect();
        _relay.Run(TimeSpan.FromMilliseconds(100));
        _a.SendBinding();
        _relay.FromPeer(_a, ScriptedDtls.Hello);
        _b.Connect();
        _relay.Run(TimeSpan.FromMilliseconds(100));
        _relay.FromPeer(_b, ScriptedDtls.Hello);
        _relay.Run(TimeSpan.FromMilliseconds(100));
        _relay.Command(Command.Connect(_a.Id, _b.Id, withVideo: true));
        Talk(_relay, 40, _a, _b);
        Report report = SenderReports(_a).Last(r => r.Ssrc == 0x6d2c_b801);
        var block = new ReportBlock(0x6d2c_b801, 0, 0, 1, 0, report.Ntp.Middle32, NtpTimestamp.ToDelayUnits(_relay.Now - report.Time));
        byte[] receiverReport = new byte[ReceiverReportWriter.GetLength(1)];
        ReceiverReportWriter.Write(receiverReport, 1, [block]);
        _a.SendRtcp(receiverReport);
        _relay.Run(Milli(100));
        // 80 ms of round trip: a second NACK is answered after half of that, not before.
        ushort sequence = _a.Video.Last().Sequence;
        int rtx = _a.Received.Count(p => p.Ssrc == 0x7000_0001);
        _a.RequestRetransmission(sequence);
        _relay.Run(Milli(30));
        _a.RequestRetransmission(sequence);
        _relay.Run(Milli(30));
        _a.RequestRetransmission(sequence);
        _relay.Run(Milli(100));
        Assert.Equal(rtx + 2, _a.Received.Count(p => p.Ssrc == 0x7000_0001));
        // An acknowledged stream needs no MID any more.
        Talk(_relay, 5, _a, _b);
        Assert.False(_a.Video.Last().HasMid);
        Assert.True(_a.Audio.Last().HasMid);
    }

    [Fact]
    public void A_remb_reaches_the_partner_as_the_relays_own()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 10, _a, _b);
        byte[] remb = new byte[RembWriter.GetLength(1)];
        RembWriter.Write(remb, 1, 1_234_944, [0x6d2c_b802]);
        _b.SendRtcp(remb);
        _relay.Run(Frame);
        (ulong bitrate, uint sender, uint media) = Assert.Single(_a.Rembs());
        Assert.Equal((1_234_944u, 0x6d2c_b801u, _a.VideoSsrc), (bitrate, sender, media));
        _relay.Command(Command.Disconnect(_a.Id));
        _relay.Run(Frame);
        // What B could take holds A back no longer.
        Assert.Equal([1_234_944u, 10_000_000u], _a.Rembs().Select(r => r.Bitrate));
        int before = _a.ReceivedRtcp.Count;
        _b.SendRtcp(remb);
        _relay.Run(Frame);
        Assert.Equal(before, _a.ReceivedRtcp.Count);
    }

    [Fact]
    public void A_fir_asks_for_a_keyframe_by_the_target_in_its_entry()
    {
        Pair(_relay, _a, _b);
        Talk(_relay, 30, _a, _b);
        int before = _a.KeyframeRequests;
        byte[] fir = new byte[FirWriter.Length];
        FirWriter.Write(fir, 1, 0x6d2c_b802, 1);
        _b.SendRtcp(fir);
        _relay.Run(Frame);
        Assert.Equal(before + 1, _a.KeyframeRequests);
        // Another target is nobody's, whatever else the packet says.
        FirWriter.Write(fir, 1, 0x6d2c_b801, 2);
        _relay.Run(TimeSpan.FromSeconds(1));
        _b.SendRtcp(fir);
        _relay.Run(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, _a.KeyframeRequests);
        Assert.Equal(1, _relay.Engine.Counters.Dropped(DropReason.RtcpUnknownStream));
    }

    [Fact]
    public void A_sender_without_pli_is_asked_by_fir()
    {
        using var onlyFir = new SimulatedPeer(_relay, 3, 1, 4, media: new SimulatedMedia { HasPli = false });
        Pair(_relay, onlyFir, _b);
        Talk(_relay, 30, onlyFir, _b);
        Assert.True(onlyFir.KeyframeRequests > 0);
        AssertCleanVideo(_b, 4);
        foreach (byte[] compound in onlyFir.ReceivedRtcp)
        {
            RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                Assert.False(packet.Type == RtcpPacketType.PayloadFeedback && packet.Format == FeedbackFormat.PictureLossIndication);
            }
        }
    }

    private static TimeSpan Milli(double value) => TimeSpan.FromMilliseconds(value);

    private static double Seconds(NtpTimestamp ntp) => ntp.Seconds + (ntp.Fraction / (double)(1UL << 32));

    private static NtpTimestamp Wall(Instant now, int offsetMilliseconds) =>
        NtpTimestamp.FromInstant(now + Milli(offsetMilliseconds));

    private List<Report> SenderReports(SimulatedPeer peer)
    {
        List<Report> reports = [];
        foreach (byte[] compound in peer.ReceivedRtcp)
        {
            RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                if (packet.Type == RtcpPacketType.SenderReport)
                {
                    SenderReportReader.TryParse(packet, out SenderReportReader sr);
                    reports.Add(new Report(sr.Ssrc, sr.Ntp, sr.RtpTimestamp, sr.PacketCount, sr.OctetCount, Arrival(sr.Ntp)));
                }
            }
        }

        return reports;
    }

    private List<(ReportBlock Block, Instant Time)> ReportBlocks(SimulatedPeer peer)
    {
        List<(ReportBlock, Instant)> blocks = [];
        foreach (byte[] compound in peer.ReceivedRtcp)
        {
            RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
            foreach (RtcpPacket packet in reader)
            {
                if (packet.Type == RtcpPacketType.SenderReport)
                {
                    SenderReportReader.TryParse(packet, out SenderReportReader sr);
                    for (int i = 0; i < sr.ReportBlockCount; i++)
                    {
                        blocks.Add((sr.GetReportBlock(i), Arrival(sr.Ntp)));
                    }
                }
            }
        }

        return blocks;
    }

    // The relay's NTP time is its Instant, so a report's own time tells when the peer got it.
    private Instant Arrival(NtpTimestamp ntp) =>
        new Instant((long)(((UInt128)ntp.Value * TimeSpan.TicksPerSecond) >> 32)) + _relay.Delay + new TimeSpan(1);

    private sealed record Report(uint Ssrc, NtpTimestamp Ntp, uint Timestamp, uint Packets, uint Octets, Instant Time);
}

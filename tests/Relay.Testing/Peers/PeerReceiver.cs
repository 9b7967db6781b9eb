using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;
using Relay.Testing.Sdp;

namespace Relay.Testing.Peers;

/// <summary>The receiving half of a peer: opens SRTP, sorts packets into streams, tells the sender what feedback asks for.</summary>
internal sealed class PeerReceiver(Lock gate, SrtpInbound srtp, PeerSender sender, Action<CapturedKind, ReadOnlySpan<byte>> capture)
{
    private readonly Dictionary<uint, ReceivedStream> _streams = [];
    private readonly Dictionary<uint, ReceivedStream> _streamsByRtx = [];
    private readonly Dictionary<uint, (NtpTimestamp Ntp, Instant At)> _senderReports = [];

    private readonly Dictionary<uint, (long Expected, long Received)> _reported = [];

    public PeerCounters Counters { get; private set; } = new();

    public ReceivedStream? Audio { get; private set; }

    public ReceivedStream? Video { get; private set; }

    /// <summary>All streams, also such as the answer does not name.</summary>
    public IReadOnlyCollection<ReceivedStream> Streams => _streams.Values;

    public void Expect(PeerAnswer answer)
    {
        Audio = Expect(answer.Audio, MediaKind.Audio);
        Video = Expect(answer.Video, MediaKind.Video);
    }

    public void HandleDatagram(Span<byte> datagram, Instant now)
    {
        bool isRtcp = RtcpHeader.IsRtcp(datagram);
        DropReason reason = isRtcp
            ? srtp.UnprotectRtcp(datagram, out int length)
            : srtp.Unprotect(datagram, datagram, out length);
        if (reason != DropReason.None)
        {
            Counters = Counters with { UnprotectFailures = Counters.UnprotectFailures + 1 };
            return;
        }

        Span<byte> packet = datagram[..length];
        capture(isRtcp ? CapturedKind.Rtcp : CapturedKind.Rtp, packet);
        if (isRtcp)
        {
            HandleRtcp(packet, now);
        }
        else
        {
            HandleRtp(packet, now);
        }
    }

    /// <summary>A report block on each stream that has packets.</summary>
    public List<ReportBlock> ReportBlocks(Instant now)
    {
        var blocks = new List<ReportBlock>();
        foreach (ReceivedStream stream in _streams.Values.Where(s => s.PacketCount > 0))
        {
            bool hasReport = _senderReports.TryGetValue(stream.Ssrc, out (NtpTimestamp Ntp, Instant At) report);
            blocks.Add(new ReportBlock(
                stream.Ssrc,
                FractionLost(stream),
                (int)(stream.ExpectedCount - stream.PacketCount),
                (uint)(stream.HighestSequence - 0x1_0000),
                Jitter: 0,
                hasReport ? report.Ntp.Middle32 : 0,
                hasReport ? NtpTimestamp.ToDelayUnits(now - report.At) : 0));
        }

        return blocks;
    }

    /// <summary>Of the packets expected since the last report, the share that is missing, in 256ths (RFC 3550 section 6.4.1).</summary>
    private byte FractionLost(ReceivedStream stream)
    {
        (long expected, long received) = (stream.ExpectedCount, stream.PacketCount);
        (long expectedBefore, long receivedBefore) = _reported.GetValueOrDefault(stream.Ssrc);
        _reported[stream.Ssrc] = (expected, received);
        long interval = expected - expectedBefore;
        long lost = interval - (received - receivedBefore);
        return interval <= 0 || lost <= 0 ? (byte)0 : (byte)Math.Min(255, lost * 256 / interval);
    }

    private ReceivedStream? Expect(PeerAnswerMedia? media, MediaKind kind)
    {
        if (media is null || media.Ssrcs.Count == 0)
        {
            return null;
        }

        uint ssrc = media.Ssrcs.First(s => !media.RtxBySsrc.ContainsValue(s));
        var stream = new ReceivedStream(gate, ssrc, kind);
        _streams[ssrc] = stream;
        if (media.RtxBySsrc.TryGetValue(ssrc, out uint rtx))
        {
            _streamsByRtx[rtx] = stream;
        }

        return stream;
    }

    private void HandleRtp(ReadOnlySpan<byte> packet, Instant now)
    {
        if (RtpPacketReader.TryParse(packet, out RtpPacketReader rtp) != DropReason.None)
        {
            CountUnexpected();
            return;
        }

        Counters = Counters with { RtpReceived = Counters.RtpReceived + 1 };
        if (_streamsByRtx.TryGetValue(rtp.Ssrc, out ReceivedStream? repaired))
        {
            if (RtxPayload.TryRead(rtp.Payload, out ushort original, out ReadOnlySpan<byte> payload) == DropReason.None)
            {
                repaired.Add(rtp, original, payload, isRetransmission: true, now);
            }

            return;
        }

        if (!_streams.TryGetValue(rtp.Ssrc, out ReceivedStream? stream))
        {
            CountUnexpected();
            stream = new ReceivedStream(gate, rtp.Ssrc, MediaKind.Audio);
            _streams[rtp.Ssrc] = stream;
        }

        stream.Add(rtp, rtp.SequenceNumber, rtp.Payload, isRetransmission: false, now);
    }

    private void HandleRtcp(ReadOnlySpan<byte> compound, Instant now)
    {
        Counters = Counters with { RtcpReceived = Counters.RtcpReceived + 1 };
        if (RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader packets) != DropReason.None)
        {
            CountUnexpected();
            return;
        }

        while (packets.MoveNext())
        {
            RtcpPacket packet = packets.Current;
            switch (packet.Type)
            {
                case RtcpPacketType.SenderReport
                    when SenderReportReader.TryParse(packet, out SenderReportReader report) == DropReason.None:
                    _senderReports[report.Ssrc] = (report.Ntp, now);
                    Counters = Counters with { SenderReportsReceived = Counters.SenderReportsReceived + 1 };
                    break;
                case RtcpPacketType.ReceiverReport:
                    Counters = Counters with { ReceiverReportsReceived = Counters.ReceiverReportsReceived + 1 };
                    break;
                case RtcpPacketType.Bye:
                    Counters = Counters with { ByesReceived = Counters.ByesReceived + 1 };
                    break;
                case RtcpPacketType.TransportFeedback or RtcpPacketType.PayloadFeedback:
                    HandleFeedback(packet, now);
                    break;
                default:
                    break;
            }
        }
    }

    private void HandleFeedback(RtcpPacket packet, Instant now)
    {
        if (NackReader.TryParse(packet, out NackReader nack) == DropReason.None)
        {
            Counters = Counters with { NacksReceived = Counters.NacksReceived + 1 };
            while (nack.TryReadNext(out ushort sequence))
            {
                sender.Retransmit(nack.MediaSsrc, sequence);
            }
        }
        else if (PliReader.TryParse(packet, out PliReader pli) == DropReason.None)
        {
            Counters = Counters with { PliReceived = Counters.PliReceived + 1 };
            sender.HandleKeyframeRequest(pli.MediaSsrc, now);
        }
        else if (FirReader.TryParse(packet, out FirReader fir) == DropReason.None)
        {
            Counters = Counters with { FirReceived = Counters.FirReceived + 1 };
            for (int i = 0; i < fir.EntryCount; i++)
            {
                sender.HandleKeyframeRequest(fir.GetEntry(i).Ssrc, now);
            }
        }
        else if (RembReader.TryParse(packet, out _) == DropReason.None)
        {
            Counters = Counters with { BitrateEstimatesReceived = Counters.BitrateEstimatesReceived + 1 };
        }
        else if (packet.Type == RtcpPacketType.TransportFeedback && packet.Format == FeedbackFormat.TransportCc)
        {
            Counters = Counters with { TransportFeedbackReceived = Counters.TransportFeedbackReceived + 1 };
        }
        else
        {
            CountUnexpected();
        }
    }

    private void CountUnexpected() => Counters = Counters with { Unexpected = Counters.Unexpected + 1 };
}

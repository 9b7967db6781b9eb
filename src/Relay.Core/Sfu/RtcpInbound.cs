using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// What a peer's RTCP does. Nothing of it travels on: reports end here, a NACK is answered from the source's cache, a
/// keyframe request becomes the relay's own, a REMB is written anew.
/// </summary>
internal sealed class RtcpInbound(RtpSession session)
{
    /// <summary>Packets answered to one compound at most; a peer that misses more needs a keyframe.</summary>
    private const int RetransmissionsMax = 256;

    /// <summary>Takes one decrypted compound.</summary>
    public DropReason Handle(ReadOnlySpan<byte> compound, Instant now)
    {
        DropReason reason = RtcpCompoundReader.TryParse(compound, out RtcpCompoundReader reader);
        if (reason != DropReason.None)
        {
            return reason;
        }

        int budget = RetransmissionsMax;
        foreach (RtcpPacket packet in reader)
        {
            DropReason outcome = packet.Type switch
            {
                RtcpPacketType.SenderReport => HandleSenderReport(packet, now),
                RtcpPacketType.ReceiverReport => HandleReceiverReport(packet, now),
                RtcpPacketType.TransportFeedback when packet.Format == FeedbackFormat.TransportCc =>
                    session.TransportCc?.HandleFeedback(packet) ?? DropReason.RtcpUnknownStream,
                RtcpPacketType.TransportFeedback => HandleTransportFeedback(packet, ref budget, now),
                RtcpPacketType.PayloadFeedback => HandlePayloadFeedback(packet, now),
                // SDES and BYE name the peer; what becomes of the leg is ICE's and DTLS's to say.
                _ => DropReason.None,
            };
            reason = reason == DropReason.None ? outcome : reason;
        }

        return reason;
    }

    private DropReason HandleSenderReport(RtcpPacket packet, Instant now)
    {
        DropReason reason = SenderReportReader.TryParse(packet, out SenderReportReader report);
        if (reason != DropReason.None)
        {
            return reason;
        }

        session.HandleSenderReport(report.Ssrc, report.Ntp, report.RtpTimestamp, now);
        for (int i = 0; i < report.ReportBlockCount; i++)
        {
            HandleReportBlock(report.GetReportBlock(i), now);
        }

        return DropReason.None;
    }

    private DropReason HandleReceiverReport(RtcpPacket packet, Instant now)
    {
        DropReason reason = ReceiverReportReader.TryParse(packet, out ReceiverReportReader report);
        for (int i = 0; reason == DropReason.None && i < report.ReportBlockCount; i++)
        {
            HandleReportBlock(report.GetReportBlock(i), now);
        }

        return reason;
    }

    private void HandleReportBlock(in ReportBlock block, Instant now)
    {
        Consumer? consumer = FindConsumer(block.Ssrc);
        if (consumer is null)
        {
            return;
        }

        consumer.IsAcknowledged = true;
        if (NtpTimestamp.TryGetRoundTripTime(
            NtpTimestamp.FromInstant(now), block.LastSr, block.DelaySinceLastSr, out TimeSpan roundTripTime))
        {
            session.RoundTripTime = roundTripTime;
        }
    }

    private DropReason HandleTransportFeedback(RtcpPacket packet, ref int budget, Instant now)
    {
        if (packet.Format != FeedbackFormat.GenericNack)
        {
            return DropReason.None;
        }

        DropReason reason = NackReader.TryParse(packet, out NackReader nack);
        if (reason != DropReason.None)
        {
            return reason;
        }

        if (nack.MediaSsrc != session.VideoConsumer.Ssrc)
        {
            return DropReason.RtcpUnknownStream;
        }

        while (budget > 0 && nack.TryReadNext(out ushort sequence))
        {
            budget--;
            session.VideoConsumer.HandleNack(sequence, now);
        }

        return DropReason.None;
    }

    private DropReason HandlePayloadFeedback(RtcpPacket packet, Instant now)
    {
        switch (packet.Format)
        {
            case FeedbackFormat.PictureLossIndication:
                DropReason reason = PliReader.TryParse(packet, out PliReader pli);
                return reason == DropReason.None ? RequestKeyframe(pli.MediaSsrc, now) : reason;

            case FeedbackFormat.FullIntraRequest:
                return HandleFir(packet, now);

            case FeedbackFormat.ApplicationLayer when RembReader.TryParse(packet, out RembReader remb) == DropReason.None:
                session.HandleRemb(remb.BitrateBitsPerSecond, now);
                return DropReason.None;

            default:
                return DropReason.None;
        }
    }

    // The target of a FIR is in its FCI, not in the header (RFC 5104 section 4.3.1.2).
    private DropReason HandleFir(RtcpPacket packet, Instant now)
    {
        DropReason reason = FirReader.TryParse(packet, out FirReader fir);
        for (int i = 0; reason == DropReason.None && i < fir.EntryCount; i++)
        {
            reason = RequestKeyframe(fir.GetEntry(i).Ssrc, now);
        }

        return reason;
    }

    private DropReason RequestKeyframe(uint ssrc, Instant now)
    {
        if (ssrc != session.VideoConsumer.Ssrc)
        {
            return DropReason.RtcpUnknownStream;
        }

        session.VideoConsumer.HandleKeyframeRequest(now);
        return DropReason.None;
    }

    private Consumer? FindConsumer(uint ssrc) =>
        ssrc == session.AudioConsumer.Ssrc ? session.AudioConsumer
        : ssrc == session.VideoConsumer.Ssrc ? session.VideoConsumer
        : null;
}

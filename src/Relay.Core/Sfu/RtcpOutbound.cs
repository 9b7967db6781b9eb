using Relay.Core.Buffers;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// The RTCP that the relay sends to one peer, all of it its own: sender and receiver reports, NACK, PLI and FIR, REMB,
/// transport-wide feedback.
/// Feedback goes behind an empty receiver report, so that it is a compound for peers without RFC 5506.
/// </summary>
internal sealed class RtcpOutbound(SfuContext context, RtpSession session)
{
    private byte _firSequence;

    /// <summary>A report on everything sent and received (RFC 3550 section 6.4), with the relay's CNAME.</summary>
    public void SendReports(Instant now)
    {
        Span<ReportBlock> blocks = stackalloc ReportBlock[2];
        int blockCount = 0;
        AddBlock(session.AudioProducer, blocks, ref blockCount, now);
        AddBlock(session.VideoProducer, blocks, ref blockCount, now);

        if (!context.Transmits.TryRent(out PacketHandle slot))
        {
            context.Counters.CountRefused();
            return;
        }

        Span<byte> buffer = context.Transmits.Buffer(slot);
        int length = 0;
        ReadOnlySpan<ReportBlock> remaining = blocks[..blockCount];
        AddSenderReport(session.AudioConsumer, buffer, ref length, ref remaining, now);
        AddSenderReport(session.VideoConsumer, buffer, ref length, ref remaining, now);
        if (length == 0)
        {
            length = ReceiverReportWriter.Write(buffer, ReporterSsrc, remaining);
        }

        length += SdesWriter.WriteCname(buffer[length..], ReporterSsrc, session.Cname.Value);
        Send(slot, buffer, length);
    }

    /// <summary>Asks for packets again (RFC 4585 section 6.2.1).</summary>
    public void SendNack(uint senderSsrc, uint mediaSsrc, ReadOnlySpan<ushort> sequenceNumbers)
    {
        while (!sequenceNumbers.IsEmpty && TryBegin(out PacketHandle slot, out Span<byte> buffer, out int length))
        {
            length += NackWriter.Write(
                buffer[length..PacketMaxBytes], senderSsrc, mediaSsrc, sequenceNumbers, out int consumed);
            sequenceNumbers = sequenceNumbers[consumed..];
            Send(slot, buffer, length);
            context.Counters.CountNackSent();
        }
    }

    /// <summary>Asks for a keyframe with what the peer understands: PLI, else FIR.</summary>
    public void SendKeyframeRequest(uint senderSsrc, uint mediaSsrc, in CodecParameters codec, KeyframeReason reason)
    {
        if ((!codec.HasPli && !codec.HasFir) || !TryBegin(out PacketHandle slot, out Span<byte> buffer, out int length))
        {
            return;
        }

        length += codec.HasPli
            ? PliWriter.Write(buffer[length..], senderSsrc, mediaSsrc)
            : FirWriter.Write(buffer[length..], senderSsrc, mediaSsrc, _firSequence++);
        Send(slot, buffer, length);
        context.Counters.CountKeyframeRequest(reason);
    }

    /// <summary>Tells a sender the bitrate that its receiver can take.</summary>
    public void SendRemb(uint senderSsrc, uint mediaSsrc, ulong bitrateBitsPerSecond)
    {
        if (TryBegin(out PacketHandle slot, out Span<byte> buffer, out int length))
        {
            length += RembWriter.Write(buffer[length..], senderSsrc, bitrateBitsPerSecond, [mediaSsrc]);
            Send(slot, buffer, length);
        }
    }

    /// <summary>Tells a sender which of its packets arrived, and when.</summary>
    public void SendTransportFeedback(uint mediaSsrc, in TransportFeedbackHead head, ReadOnlySpan<int> deltas)
    {
        if (TryBegin(out PacketHandle slot, out Span<byte> buffer, out int length))
        {
            length += TransportFeedbackWriter.Write(buffer[length..], ReporterSsrc, mediaSsrc, head, deltas);
            Send(slot, buffer, length);
        }
    }

    // RTCP stays within the path MTU that flights of DTLS are held to.
    private const int PacketMaxBytes = 1200;

    private uint ReporterSsrc => session.AudioConsumer.Ssrc != 0 ? session.AudioConsumer.Ssrc : session.VideoConsumer.Ssrc;

    private static void AddBlock(Producer producer, Span<ReportBlock> blocks, ref int count, Instant now)
    {
        if (producer.IsActive)
        {
            blocks[count++] = producer.TakeReportBlock(now);
        }
    }

    private static void AddSenderReport(
        Consumer consumer, Span<byte> buffer, ref int length, ref ReadOnlySpan<ReportBlock> blocks, Instant now)
    {
        if (consumer.IsActive)
        {
            length += consumer.WriteSenderReport(buffer[length..], blocks, now);
            blocks = default;
        }
    }

    private bool TryBegin(out PacketHandle slot, out Span<byte> buffer, out int length)
    {
        if (!context.Transmits.TryRent(out slot))
        {
            context.Counters.CountRefused();
            buffer = default;
            length = 0;
            return false;
        }

        buffer = context.Transmits.Buffer(slot);
        length = ReceiverReportWriter.Write(buffer, ReporterSsrc, default);
        return true;
    }

    private void Send(PacketHandle slot, Span<byte> buffer, int plainLength)
    {
        if (session.TrySealRtcp(buffer, plainLength, out int length) != DropReason.None)
        {
            context.Transmits.Abandon(slot);
            return;
        }

        context.Send(slot, length, session.Remote);
    }
}

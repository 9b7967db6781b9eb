using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// One kind of media that the relay sends to a leg: one RTP stream for the whole visit, whoever the source is. SSRC,
/// sequence numbers, timestamps and VP8's picture ids go on without a break; a video source begins at a keyframe.
/// </summary>
public sealed class Consumer
{
    // X, I (15 bits), L, T and K all present (RFC 7741 section 4.2).
    private const int DescriptorMaxBytes = 6;

    // What a peer can have sent again at once. It earns a byte with each byte that it was sent, so that NACKs, which are
    // small, cannot make the relay send more than twice the media.
    private const int ResendBudgetMaxBytes = 128 * 1024;
    private const int ResendCostMinBytes = 64;
    private static readonly TimeSpan ResendIntervalMin = TimeSpan.FromMilliseconds(10);

    // Lost packets that a peer can name at once, and one more each millisecond: more than it is sent. The rest is not read.
    private const int NackBurst = 1024;
    private static readonly TimeSpan NackInterval = TimeSpan.FromMilliseconds(1);

    // How much longer than a round trip a receiver may take to see that a keyframe has come.
    private static readonly TimeSpan KeyframeAllowance = TimeSpan.FromMilliseconds(50);

    private readonly SfuContext _context;
    private readonly RtpSession _session;
    private readonly bool _isTwoByte;
    private MediaParameters _parameters;
    private StreamRewriter _rewriter;
    private Vp8Rewriter _vp8;
    private Producer? _source;
    private HeaderExtensionMap _extensions;
    private bool _hasTransportNumbers;
    private bool _isWaiting;
    private ushort _rtxSequence;
    private uint _packetCount;
    private uint _octetCount;
    private ResendLog _resent;
    private TokenBudget _nacks = new(NackBurst, NackInterval);
    private long _keyframeSequence;
    private Instant _keyframeSent;
    private int _resendBudgetBytes = ResendBudgetMaxBytes / 2;

    internal Consumer(SfuContext context, RtpSession session, MediaKind kind, in MediaParameters parameters)
    {
        _context = context;
        _session = session;
        _parameters = parameters;
        Kind = kind;
        _isTwoByte = HasTwoByteId(parameters);
        _rewriter = new StreamRewriter(Producer.ClockRateOf(kind), context.Random);
        _rtxSequence = (ushort)(context.Random.NextUInt16() & 0x7fff);
        _resent = new ResendLog(context.ResendTables);
    }

    public MediaKind Kind { get; }

    public uint Ssrc => _parameters.LocalSsrc;

    public uint RtxSsrc => _parameters.LocalRtxSsrc;

    /// <summary>Whose media it sends now; null between partners.</summary>
    public Producer? Source => _source;

    /// <summary>It has sent nothing of its source yet.</summary>
    internal bool IsWaiting => _isWaiting;

    /// <summary>Packets have been sent, so sender reports can speak of the stream.</summary>
    public bool IsActive => _packetCount > 0;

    /// <summary>
    /// The peer has reported on the stream, so it knows which section the SSRC belongs to and the MID can stay away
    /// (RFC 9143 section 14.3).
    /// </summary>
    internal bool IsAcknowledged { get; set; }

    /// <summary>Sends the source's media from now on: audio at once, video from its next keyframe, which is asked for.</summary>
    internal void Connect(Producer source)
    {
        Disconnect();
        if (!_parameters.CanConsume || !source.Parameters.CanProduce || !source.TryAdd(this))
        {
            return;
        }

        _source = source;
        _isWaiting = true;
        _extensions = HeaderExtensionMap.Create(source.Parameters, _parameters);
        // A source that is not told of every packet depends on the peer's estimate, which is made from abs-send-time.
        _hasTransportNumbers = _parameters.TransportCcExtensionId != 0 && source.Parameters.TransportCcExtensionId != 0;
        source.WantKeyframe(KeyframeReason.NewPartner);
    }

    internal void Disconnect()
    {
        _source?.Remove(this);
        _source = null;
        _resent.Clear();
    }

    /// <summary>The source's encoder began anew under another SSRC: go on from its next keyframe.</summary>
    internal void HandleSourceRestart()
    {
        _isWaiting = true;
        _source?.WantKeyframe(KeyframeReason.Restart);
    }

    /// <summary>
    /// The peer lost its picture: asks the source for a keyframe, unless one is on its way to the peer that it cannot have
    /// seen when it asked.
    /// </summary>
    internal void HandleKeyframeRequest(Instant now)
    {
        if (_isWaiting || now - _keyframeSent > _session.RoundTripTime + KeyframeAllowance)
        {
            _source?.WantKeyframe(KeyframeReason.Receiver);
        }
    }

    /// <summary>Sends one packet of the source.</summary>
    internal DropReason Send(in MediaPacket packet, Instant now)
    {
        if (!_parameters.TryGetCodec(packet.Codec, out CodecParameters codec))
        {
            // Who takes no copies gets what they are copies of.
            return packet.Codec == CodecKind.Red && packet.PayloadLength > 0
                ? Send(Unwrap(packet), now)
                : DropReason.NotNegotiated;
        }

        if (!_session.CanSend)
        {
            return DropReason.WrongState;
        }

        if (_isWaiting)
        {
            if (Kind == MediaKind.Video && !packet.StartsKeyframe)
            {
                return DropReason.WaitingForKeyframe;
            }

            _isWaiting = false;
            _keyframeSequence = packet.Sequence;
            _rewriter.Begin(packet.Sequence, packet.Timestamp, packet.Due);
            if (packet.Codec == CodecKind.Vp8)
            {
                _vp8.Begin(packet.Vp8);
            }
        }

        if (!_rewriter.TryRewrite(packet.Sequence, packet.Timestamp, packet.Due, out ushort sequence, out uint timestamp))
        {
            return DropReason.BeforeKeyframe;
        }

        DropReason reason = Seal(packet, codec.PayloadType, _parameters.LocalSsrc, sequence, timestamp, original: null, now);
        if (reason == DropReason.None)
        {
            _packetCount++;
            NoteKeyframe(packet, now);
            _octetCount += (uint)packet.PayloadLength;
            _resendBudgetBytes = Math.Min(_resendBudgetBytes + packet.PayloadLength, ResendBudgetMaxBytes);
        }

        return reason;
    }

    /// <summary>
    /// The peer misses a packet: sends it again over RTX (RFC 4588), or asks the source for a keyframe if it cannot be had
    /// any more.
    /// </summary>
    internal void HandleNack(ushort sequence, Instant now)
    {
        if (_source is null
            || _isWaiting
            || !_session.CanSend
            || !_rewriter.TryFindSource(sequence, out long wanted)
            || !_nacks.TryTake(reserve: 0, now))
        {
            return;
        }

        if (_source.TryGetCached(wanted, now, out MediaPacket packet)
            && _parameters.TryGetCodec(packet.Codec, out CodecParameters codec)
            && codec.HasRtx)
        {
            Resend(packet, codec.RtxPayloadType, sequence, now);
        }
        else if (wanted >= _keyframeSequence && !_source.IsMissing(wanted))
        {
            _source.WantKeyframe(KeyframeReason.NotHeld);
        }
    }

    /// <summary>
    /// Sends over RTX what the source sent to probe for bandwidth: a packet that the peer was sent before, or padding. The peer's
    /// feedback on it becomes the source's.
    /// </summary>
    internal DropReason SendProbe(in MediaPacket packet, Instant now)
    {
        // Only a partner's feedback is passed on.
        if (!_hasTransportNumbers
            || _isWaiting
            || _source?.Session.Partner != _session
            || !_session.CanSend
            || !_parameters.TryGetCodec(packet.Codec, out CodecParameters codec)
            || !codec.HasRtx)
        {
            return DropReason.NotNegotiated;
        }

        ushort? original = null;
        uint timestamp = _rewriter.TimestampAt(now);
        if (packet.PayloadLength > 0)
        {
            if (!_rewriter.TryRewrite(packet.Sequence, packet.Timestamp, packet.Due, out ushort sequence, out timestamp))
            {
                return DropReason.BeforeKeyframe;
            }

            original = sequence;
        }

        DropReason reason = Seal(packet, codec.RtxPayloadType, RtxSsrc, _rtxSequence, timestamp, original, now);
        _rtxSequence += reason == DropReason.None ? (ushort)1 : (ushort)0;
        return reason;
    }

    /// <summary>
    /// Writes a sender report (RFC 3550 section 6.4.1). Its RTP timestamp is the stream's at the report's NTP time, on the
    /// source's clock if the source told it.
    /// </summary>
    /// <returns>Bytes written.</returns>
    internal int WriteSenderReport(Span<byte> destination, ReadOnlySpan<ReportBlock> blocks, Instant now)
    {
        var ntp = NtpTimestamp.FromInstant(now);
        uint timestamp = _source is { HasClock: true } && !_isWaiting
            ? _source.TimestampAt(ntp) + _rewriter.TimestampShift
            : _rewriter.TimestampAt(now);
        return SenderReportWriter.Write(destination, Ssrc, ntp, timestamp, _packetCount, _octetCount, blocks);
    }

    private static MediaPacket Unwrap(MediaPacket packet)
    {
        packet.Codec = CodecKind.Opus;
        packet.PayloadOffset += packet.Red.PrimaryOffset;
        packet.PayloadLength -= packet.Red.PrimaryOffset;
        return packet;
    }

    private void NoteKeyframe(in MediaPacket packet, Instant now)
    {
        if (packet.StartsKeyframe && packet.Sequence >= _keyframeSequence)
        {
            _keyframeSequence = packet.Sequence;
            _keyframeSent = now;
        }
    }

    // Padding alone is sent again as well, so that its number does not stay missing.
    private void Resend(MediaPacket packet, byte payloadType, ushort sequence, Instant now)
    {
        int cost = Math.Max(packet.PayloadLength, ResendCostMinBytes);
        TimeSpan wait = _session.RoundTripTime / 2 > ResendIntervalMin ? _session.RoundTripTime / 2 : ResendIntervalMin;
        if (cost > _resendBudgetBytes || !_resent.TryNote(packet.Sequence, wait, now))
        {
            return;
        }

        uint timestamp = packet.Timestamp + _rewriter.TimestampShift;
        packet.TransportNumber = TransportSequenceMap.NoSource;
        if (Seal(packet, payloadType, RtxSsrc, _rtxSequence, timestamp, sequence, now) == DropReason.None)
        {
            _rtxSequence++;
            _resendBudgetBytes -= cost;
            _context.Counters.CountRetransmitted();
        }
    }

    // Builds the packet straight into a slot of the transmit queue: header, rewritten descriptor or original sequence
    // number, and the payload encrypted from where it was received.
    private DropReason Seal(
        in MediaPacket packet, byte payloadType, uint ssrc, ushort sequence, uint timestamp, ushort? original, Instant now)
    {
        if (!_context.Transmits.TryRent(out PacketHandle slot))
        {
            _context.Counters.CountRefused();
            return DropReason.TransmitQueueFull;
        }

        // The header is written where it goes.
        Span<byte> output = _context.Transmits.Buffer(slot);
        Span<byte> header = output;
        int headerLength = RtpHeaderWriter.Length + WriteExtensions(header[RtpHeaderWriter.Length..], packet, now);
        RtpHeaderWriter.Write(
            header, packet.Marker, payloadType, sequence, timestamp, ssrc, headerLength > RtpHeaderWriter.Length);

        // No stackalloc here and where packets are sealed: see SrtpPacketIndex.RolloverCounterBigEndian.
        PrefixBytes prefixBytes = default;
        Span<byte> prefix = prefixBytes;
        int prefixLength = 0;
        if (original is { } originalSequence)
        {
            prefixLength = RtxPayload.WriteOriginalSequenceNumber(prefix, originalSequence);
        }

        scoped ReadOnlySpan<byte> payload = _context.Pool.Span(packet.Packet, packet.PayloadOffset, packet.PayloadLength);
        if (packet.PayloadLength == 0 && original is null)
        {
            // Padding only: it keeps the number in the sequence, and the last byte is its count (RFC 3550 section 5.1).
            RtpHeaderWriter.SetPadding(header, hasPadding: true);
            Span<byte> padding = output.Slice(headerLength, Math.Max(packet.PaddingLength, 1));
            padding.Clear();
            padding[^1] = (byte)padding.Length;
            payload = padding;
        }
        else if (packet.Codec == CodecKind.Vp8 && packet.PayloadLength > 0)
        {
            prefixLength += _vp8.Rewrite(packet.Vp8, prefix[prefixLength..]);
            payload = payload[packet.Vp8.Length..];
        }
        else if (packet.Codec == CodecKind.Red && _parameters.TryGetCodec(CodecKind.Opus, out CodecParameters opus))
        {
            prefixLength += packet.Red.WriteHeader(payload, opus.PayloadType, prefix[prefixLength..]);
            payload = payload[packet.Red.HeaderLength..];
        }

        DropReason reason = _session.TrySeal(
            header[..headerLength], prefix[..prefixLength], payload, output, out int length);
        if (reason != DropReason.None)
        {
            _context.Transmits.Abandon(slot);
            return reason;
        }

        _context.Send(slot, length, _session.Remote);
        if (_hasTransportNumbers)
        {
            _session.TransportCc!.HandleSent(_source?.Session, packet.TransportNumber);
        }

        return DropReason.None;
    }

    private int WriteExtensions(Span<byte> destination, in MediaPacket packet, Instant now)
    {
        HeaderExtensionWriter writer = HeaderExtensionWriter.Begin(destination, _isTwoByte);
        if (_parameters.MidExtensionId != 0 && !IsAcknowledged)
        {
            writer.TryAdd(_parameters.MidExtensionId, _parameters.Mid.Value);
        }

        if (_hasTransportNumbers)
        {
            TransportSequenceNumber.TryAdd(ref writer, _parameters.TransportCcExtensionId, _session.TransportCc!.NextNumber);
        }
        else if (_parameters.AbsSendTimeExtensionId != 0)
        {
            // 24 bits of seconds in 6.18 fixed point, on the relay's own clock: the sender's would tell the hop before.
            uint time = 0;
            Span<byte> timeBytes = MemoryMarshal.AsBytes(new Span<uint>(ref time));
            long seconds = Math.DivRem(now.Ticks, TimeSpan.TicksPerSecond, out long rest);
            BinaryPrimitives.WriteUInt32BigEndian(timeBytes, (uint)((seconds << 18) + ((rest << 18) / TimeSpan.TicksPerSecond)));
            writer.TryAdd(_parameters.AbsSendTimeExtensionId, timeBytes[1..]);
        }

        if (packet.ExtensionLength > 0 && !_extensions.IsEmpty)
        {
            ReadOnlySpan<byte> received = _context.Pool.Span(packet.Packet, packet.ExtensionOffset, packet.ExtensionLength);
            _extensions.Copy(packet.ExtensionProfile, received, ref writer);
        }

        return writer.Finish();
    }

    // Ids above 14 were agreed on only if the forms may be mixed (RFC 8285 section 4.1.2).
    private static bool HasTwoByteId(in MediaParameters parameters) =>
        parameters.MidExtensionId > HeaderExtensionWriter.OneByteIdMax
        || parameters.AbsSendTimeExtensionId > HeaderExtensionWriter.OneByteIdMax
        || parameters.TransportCcExtensionId > HeaderExtensionWriter.OneByteIdMax
        || parameters.VideoOrientationExtensionId > HeaderExtensionWriter.OneByteIdMax
        || parameters.AudioLevelExtensionId > HeaderExtensionWriter.OneByteIdMax
        || parameters.VideoContentTypeExtensionId > HeaderExtensionWriter.OneByteIdMax;

    [InlineArray(RtxPayload.HeaderLength + DescriptorMaxBytes + RedPayload.HeaderMaxBytes)]
    private struct PrefixBytes
    {
        private byte _element;
    }
}

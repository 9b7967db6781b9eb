using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;
using Relay.Core.Srtp;

namespace Relay.Core.Sfu;

/// <summary>
/// One leg's RTP session (RFC 3550 section 3): its keys, what it sends to the relay, what the relay sends to it, and the
/// control traffic of both. How datagrams reach the peer is the transport's business.
/// </summary>
public sealed class RtpSession
{
    /// <summary>Least time between two estimates passed on.</summary>
    internal static readonly TimeSpan RembInterval = TimeSpan.FromMilliseconds(50);

    /// <summary>The lowest estimate passed on.</summary>
    internal const ulong RembMinBitsPerSecond = 100_000;

    /// <summary>An estimate that holds nobody back.</summary>
    internal const ulong RembFreeBitsPerSecond = 10_000_000;

    private readonly SfuContext _context;
    private readonly StreamDemux _demux;
    private readonly RtcpInbound _rtcpIn;
    private readonly RtcpOutbound _rtcpOut;
    private SrtpInbound? _inbound;
    private SrtpOutbound? _outbound;
    private bool _isClear;
    private WallClockOffset _wallClock;
    private Instant _nextReport = Instant.Never;
    private Instant _nextRemb;
    private bool _isCapped;

    internal RtpSession(SfuContext context, int slot, in MediaParameters audio, in MediaParameters video, in InlineText cname)
    {
        _context = context;
        Slot = slot;
        Cname = cname;
        AudioProducer = new Producer(context, this, MediaKind.Audio, audio);
        VideoProducer = new Producer(context, this, MediaKind.Video, video);
        AudioConsumer = new Consumer(context, this, MediaKind.Audio, audio);
        VideoConsumer = new Consumer(context, this, MediaKind.Video, video);
        _demux = new StreamDemux(audio, video);
        TransportCc = TransportCc.TryCreate(this, audio, video);
        _rtcpIn = new RtcpInbound(this);
        _rtcpOut = new RtcpOutbound(context, this);
    }

    /// <summary>The leg's slot in its engine.</summary>
    public int Slot { get; }

    public Producer AudioProducer { get; }

    public Producer VideoProducer { get; }

    public Consumer AudioConsumer { get; }

    public Consumer VideoConsumer { get; }

    /// <summary>The session that this one is paired with; null between partners.</summary>
    public RtpSession? Partner { get; internal set; }

    /// <summary>Where to send; default while the transport has no validated address.</summary>
    public TransportAddress Remote { get; internal set; }

    /// <summary>To the peer and back, from the last receiver report; zero if there was none.</summary>
    public TimeSpan RoundTripTime { get; internal set; }

    /// <summary>The relay's canonical name towards this peer, drawn for the leg (RFC 7022): never a peer's.</summary>
    internal InlineText Cname { get; }

    /// <summary>Null if the leg did not agree on it.</summary>
    internal TransportCc? TransportCc { get; }

    internal bool IsTouched { get; set; }

    /// <summary>Packets of the peer so far that authenticated, whatever became of them then.</summary>
    internal long PacketsOpened { get; private set; }

    /// <summary>Keys are there, and an address to send to.</summary>
    internal bool CanSend => (_outbound is not null || _isClear) && Remote != default;

    internal Instant NextTimeout => CanSend
        ? Instant.Min(
            Instant.Min(_nextReport, TransportCc?.NextTimeout ?? Instant.Never),
            Instant.Min(AudioProducer.NextTimeout, VideoProducer.NextTimeout))
        : Instant.Never;

    /// <summary>Media may flow from now on; the session owns the contexts.</summary>
    internal void HandleKeys(SrtpInbound inbound, SrtpOutbound outbound, Instant now)
    {
        _inbound = inbound;
        _outbound = outbound;
        _nextReport = now + _context.Options.ReportInterval;
        _context.Touch(this);
    }

    /// <summary>Lets the tag of a packet be computed beside others, before <see cref="HandleRtp"/> takes it.</summary>
    internal void ForecastTag(ReadOnlySpan<byte> datagram) => _inbound?.Forecast(datagram);

    /// <summary>
    /// Media may flow from now on, unprotected both ways: only for a plain transport whose keys were not given. DTLS never
    /// leads here.
    /// </summary>
    internal void HandleClear(Instant now)
    {
        Invariant.Holds(_inbound is null && _outbound is null, "a session with keys does not go on without");
        _isClear = true;
        _nextReport = now + _context.Options.ReportInterval;
        _context.Touch(this);
    }

    /// <summary>
    /// Takes one SRTP packet: opens it into a slot of the pool, where it stays for as long as somebody keeps it.
    /// </summary>
    internal DropReason HandleRtp(ReadOnlySpan<byte> datagram, Instant now)
    {
        if (_inbound is null && !_isClear)
        {
            return DropReason.SrtpNoKeys;
        }

        if (datagram.Length > PacketPool.DatagramMaxBytes)
        {
            return DropReason.PacketTooLarge;
        }

        if (!_context.Pool.TryRent(PacketOwner.Engine, out PacketHandle slot))
        {
            return DropReason.PoolExhausted;
        }

        Span<byte> packet = _context.Pool.Slot(slot)[PacketPool.HeadroomBytes..];
        DropReason reason = Open(datagram, packet, out int length);
        if (reason == DropReason.None)
        {
            PacketsOpened++;
            reason = HandleOpened(slot, packet[..length], now);
        }

        _context.Pool.Release(slot, PacketOwner.Engine);
        return reason;
    }

    /// <summary>Takes one SRTCP compound and opens it in place.</summary>
    internal DropReason HandleRtcp(Span<byte> datagram, Instant now)
    {
        DropReason reason = TryOpenRtcp(datagram, out int length);
        if (reason != DropReason.None)
        {
            return reason;
        }

        PacketsOpened++;
        return _rtcpIn.Handle(datagram[..length], now);
    }

    /// <summary>Sends whatever is due.</summary>
    internal void HandleTimeout(Instant now)
    {
        if (!CanSend)
        {
            return;
        }

        TransportCc?.HandleTimeout(now);
        AudioProducer.HandleTimeout(now);
        VideoProducer.HandleTimeout(now);
        if (_nextReport <= now)
        {
            _nextReport = now + _context.Options.ReportInterval;
            _rtcpOut.SendReports(now);
        }
    }

    internal DropReason TrySeal(
        ReadOnlySpan<byte> header, ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> payload, Span<byte> output, out int length)
    {
        if (_isClear)
        {
            return ClearRtp.TryWrite(header, prefix, payload, output, out length);
        }

        Invariant.Holds(_outbound is not null, "packets are sealed only when there are keys");
        return _outbound.Protect(header, prefix, payload, output, out length);
    }

    internal DropReason TrySealRtcp(Span<byte> buffer, int plainLength, out int length)
    {
        if (_isClear)
        {
            length = plainLength;
            return DropReason.None;
        }

        Invariant.Holds(_outbound is not null, "packets are sealed only when there are keys");
        return _outbound.ProtectRtcp(buffer, plainLength, out length);
    }

    internal void SendNack(uint senderSsrc, uint mediaSsrc, ReadOnlySpan<ushort> sequenceNumbers) =>
        _rtcpOut.SendNack(senderSsrc, mediaSsrc, sequenceNumbers);

    internal void SendKeyframeRequest(uint senderSsrc, uint mediaSsrc, in CodecParameters codec, KeyframeReason reason) =>
        _rtcpOut.SendKeyframeRequest(senderSsrc, mediaSsrc, codec, reason);

    internal void SendTransportFeedback(uint mediaSsrc, in TransportFeedbackHead head, ReadOnlySpan<int> deltas) =>
        _rtcpOut.SendTransportFeedback(mediaSsrc, head, deltas);

    /// <summary>Something is due or was rescheduled.</summary>
    internal void Touch() => _context.Touch(this);

    /// <summary>
    /// The peer says what it can receive: its partner is told, at most once in <see cref="RembInterval"/>. Not below
    /// <see cref="RembMinBitsPerSecond"/>, which spoils the picture but not the next partner's. A partner that is told of every
    /// packet needs no estimate.
    /// </summary>
    internal void HandleRemb(ulong bitrateBitsPerSecond, Instant now)
    {
        if (Partner is { } partner && now >= _nextRemb && TransportCc?.IsTranslatedFor(partner) != true)
        {
            _nextRemb = now + RembInterval;
            partner.SendRemb(Math.Max(bitrateBitsPerSecond, RembMinBitsPerSecond));
            partner._isCapped = true;
        }
    }

    /// <summary>The partner whose estimate held the peer back is gone: lets it send freely until the next one has its own.</summary>
    internal void LiftRemb()
    {
        if (_isCapped)
        {
            _isCapped = false;
            SendRemb(RembFreeBitsPerSecond);
        }
    }

    internal void HandleSenderReport(uint ssrc, NtpTimestamp ntp, uint timestamp, Instant now)
    {
        if (_demux.TryGetKind(ssrc, out MediaKind kind))
        {
            _wallClock.HandleSenderReport(ntp, now);
            ProducerOf(kind).HandleSenderReport(ssrc, ntp, timestamp, now);
        }
    }

    /// <summary>What the peer's clock shows when the relay's shows <paramref name="relay"/>.</summary>
    internal NtpTimestamp ToPeerClock(NtpTimestamp relay) => _wallClock.ToSender(relay);

    /// <summary>Leaves its partner and whoever hears it or is heard, releases every slot and clears the keys.</summary>
    internal void Close()
    {
        Router.Leave(this);
        AudioProducer.Close();
        VideoProducer.Close();
        _inbound?.Dispose();
        _outbound?.Dispose();
        _inbound = null;
        _outbound = null;
        _isClear = false;
        _nextReport = Instant.Never;
    }

    private DropReason Open(ReadOnlySpan<byte> datagram, Span<byte> packet, out int length)
    {
        if (_inbound is not null)
        {
            return _inbound.Unprotect(datagram, packet, out length);
        }

        datagram.CopyTo(packet);
        length = datagram.Length;
        return DropReason.None;
    }

    // One RTP packet, which begins where the headroom of its slot ends.
    private DropReason HandleOpened(PacketHandle slot, Span<byte> packet, Instant now)
    {
        DropReason reason = RtpPacketReader.TryParse(packet, out RtpPacketReader rtp);
        if (reason != DropReason.None)
        {
            return reason;
        }

        // Whatever becomes of it, it arrived.
        long transportNumber = TransportCc?.HandleArrival(rtp, packet.Length, now) ?? TransportSequenceMap.NoSource;
        reason = _demux.TryFind(rtp, out MediaKind kind, out CodecParameters codec, out bool isRtx);
        if (reason != DropReason.None)
        {
            return reason;
        }

        Producer producer = ProducerOf(kind);
        return isRtx
            ? HandleRtx(slot, packet, rtp, producer, codec, transportNumber, now)
            : producer.HandleRtp(slot, PacketPool.HeadroomBytes, rtp, codec, isRecovered: false, transportNumber, now);
    }

    // Turns a retransmission back into the packet that it carries (RFC 4588 section 4): the header moves over the original
    // sequence number, in place.
    private static DropReason HandleRtx(
        PacketHandle slot,
        Span<byte> packet,
        in RtpPacketReader rtx,
        Producer producer,
        in CodecParameters codec,
        long transportNumber,
        Instant now)
    {
        DropReason reason = RtxPayload.TryRead(rtx.Payload, out ushort sequence, out _);
        if (reason == DropReason.RtxEmpty)
        {
            return producer.HandlePadding(slot, rtx, codec, transportNumber, now);
        }

        if (reason != DropReason.None)
        {
            return reason;
        }

        if (!producer.IsActive)
        {
            return DropReason.RtxUnknownOriginal;
        }

        int headerLength = rtx.HeaderLength;
        bool marker = rtx.Marker;
        packet[..headerLength].CopyTo(packet[RtxPayload.HeaderLength..]);
        packet = packet[RtxPayload.HeaderLength..];
        RtpHeaderWriter.SetMarkerAndPayloadType(packet, marker, codec.PayloadType);
        RtpHeaderWriter.SetSequenceNumber(packet, sequence);
        RtpHeaderWriter.SetSsrc(packet, producer.Ssrc);
        reason = RtpPacketReader.TryParse(packet, out RtpPacketReader original);
        return reason == DropReason.None
            ? producer.HandleRtp(
                slot, PacketPool.HeadroomBytes + RtxPayload.HeaderLength, original, codec, isRecovered: true, transportNumber, now)
            : reason;
    }

    private DropReason TryOpenRtcp(Span<byte> packet, out int length)
    {
        length = packet.Length;
        return _inbound is not null ? _inbound.UnprotectRtcp(packet, out length)
            : _isClear ? DropReason.None
            : DropReason.SrtpNoKeys;
    }

    private Producer ProducerOf(MediaKind kind) => kind == MediaKind.Audio ? AudioProducer : VideoProducer;

    private void SendRemb(ulong bitrateBitsPerSecond)
    {
        if (CanSend && VideoProducer.IsActive)
        {
            _rtcpOut.SendRemb(VideoConsumer.Ssrc, VideoProducer.Ssrc, bitrateBitsPerSecond);
        }
    }
}

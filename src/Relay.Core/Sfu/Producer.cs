using Relay.Core.Buffers;
using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// One kind of media that a leg sends to the relay: numbers its packets, finds what is missing, keeps what may be asked
/// for again, and hands each packet to its consumers.
/// </summary>
public sealed class Producer
{
    /// <summary>Packets that may be missing between two; what is further ahead is another stream under the same SSRC.</summary>
    public const int JumpMax = 1000;

    private readonly SfuContext _context;
    private readonly RtpSession _session;
    private readonly RetransmissionCache? _cache;
    private readonly ReceivedWindow _received = new();
    private readonly NackGenerator _missing;
    private KeyframePolicy _keyframes = new();
    private ReceptionStatistics _statistics;
    private Consumer[] _consumers = new Consumer[1];
    private int _consumerCount;
    private SourceClock _clock;
    private TransitFloor _transit;
    private KeyframeStart _start;
    private Instant _cacheTimeout = Instant.Never;
    private uint _ssrc;
    private CodecParameters _lastCodec;

    internal Producer(SfuContext context, RtpSession session, MediaKind kind, in MediaParameters parameters)
    {
        _context = context;
        _session = session;
        Kind = kind;
        Parameters = parameters;
        _clock = new SourceClock(ClockRate);
        _transit = new TransitFloor(ClockRate);
        _missing = new NackGenerator(context.MissingLists);
        if (kind == MediaKind.Video)
        {
            _cache = new RetransmissionCache(context.Pool, context.CachePages, context.Options);
        }
    }

    public MediaKind Kind { get; }

    /// <summary>The leg that it belongs to.</summary>
    public RtpSession Session => _session;

    public MediaParameters Parameters { get; }

    public int ClockRate => ClockRateOf(Kind);

    /// <summary>Timestamp ticks per second: all codecs of a kind have one rate.</summary>
    internal static int ClockRateOf(MediaKind kind) =>
        (int)(kind == MediaKind.Video ? CodecKindExtensions.VideoClockRateHz : CodecKindExtensions.OpusClockRateHz);

    /// <summary>The peer's SSRC; 0 before its first packet.</summary>
    public uint Ssrc => _ssrc;

    /// <summary>Packets arrived, so reports can speak of it.</summary>
    public bool IsActive => _statistics.HasReceived;

    /// <summary>How many hear it now.</summary>
    public int ConsumerCount => _consumerCount;

    /// <summary>The sender has told how its RTP timestamps relate to its wall clock.</summary>
    internal bool HasClock => _clock.IsKnown;

    /// <summary>When a keyframe request, a NACK or the cache's clean-up is due.</summary>
    internal Instant NextTimeout => Instant.Min(
        NeedsKeyframe ? _keyframes.NextTimeout(_session.RoundTripTime) : Instant.Never,
        Instant.Min(_missing.NextTimeout, _cacheTimeout));

    // Somebody listens, and there is a stream to ask about.
    private bool NeedsKeyframe => _consumerCount > 0 && _ssrc != 0;

    /// <summary>Takes one more; false if it has <see cref="SfuOptions.ConsumersPerProducerMax"/>. Only commands come here.</summary>
    internal bool TryAdd(Consumer consumer)
    {
        if (_consumerCount == _context.Options.ConsumersPerProducerMax)
        {
            return false;
        }

        if (_consumerCount == _consumers.Length)
        {
            Array.Resize(ref _consumers, Math.Min(2 * _consumerCount, _context.Options.ConsumersPerProducerMax));
        }

        _consumers[_consumerCount++] = consumer;
        return true;
    }

    internal void Remove(Consumer consumer)
    {
        int place = Array.IndexOf(_consumers, consumer, 0, _consumerCount);
        if (place >= 0)
        {
            _consumers[place] = _consumers[--_consumerCount];
            _consumers[_consumerCount] = null!;
        }

        if (_consumerCount == 0)
        {
            _keyframes.Cancel();
            _cache?.Clear();
        }
    }

    /// <summary>Nobody hears it any more.</summary>
    internal void DisconnectConsumers()
    {
        while (_consumerCount > 0)
        {
            _consumers[_consumerCount - 1].Disconnect();
        }
    }

    /// <summary>Asks the sender for a keyframe, within the budget of one source.</summary>
    internal void WantKeyframe(KeyframeReason reason)
    {
        if (Kind == MediaKind.Video)
        {
            _keyframes.Want(reason);
            _context.Touch(_session);
        }
    }

    /// <summary>Takes one decrypted packet of this kind, already freed of its RTX wrapping.</summary>
    /// <param name="slot">Its slot; the caller keeps its reference.</param>
    /// <param name="offset">Where it starts in the slot.</param>
    /// <param name="rtp">The packet.</param>
    /// <param name="codec">The codec of its payload type.</param>
    /// <param name="isRecovered">It came over RTX.</param>
    /// <param name="transportNumber">See <see cref="MediaPacket.TransportNumber"/>.</param>
    /// <param name="now">The time.</param>
    internal DropReason HandleRtp(
        PacketHandle slot,
        int offset,
        in RtpPacketReader rtp,
        in CodecParameters codec,
        bool isRecovered,
        long transportNumber,
        Instant now)
    {
        if (rtp.Ssrc != _ssrc || (!isRecovered && IsFarAhead(rtp.SequenceNumber)))
        {
            Restart(rtp.Ssrc);
        }

        long highest = _received.Highest;
        long sequence = Extend(rtp.SequenceNumber, highest);
        if (isRecovered && (highest < 0 || _received.Contains(sequence)))
        {
            return TryGetCached(sequence, now, out MediaPacket again) && IsNoLarger(again, rtp)
                ? ForwardProbe(again, transportNumber, DropReason.Duplicate, now)
                : DropReason.Duplicate;
        }

        // A retransmission does not say which stream it repairs: one of the stream before a restart must not pass for a
        // packet far ahead of this one, which would make everything up to there look old.
        if (isRecovered && sequence > highest + NackGenerator.MissingMax)
        {
            return DropReason.RtxUnknownOriginal;
        }

        var packet = new MediaPacket
        {
            Packet = slot,
            PayloadOffset = offset + rtp.HeaderLength,
            PayloadLength = rtp.PayloadLength,
            PaddingLength = rtp.PaddingLength,
            Sequence = sequence,
            Timestamp = rtp.Timestamp,
            Marker = rtp.Marker,
            Codec = codec.Codec,
            ExtensionOffset = offset + rtp.ExtensionOffset,
            ExtensionLength = rtp.ExtensionBytes.Length,
            ExtensionProfile = rtp.ExtensionProfile,
            TransportNumber = transportNumber,
            Arrival = now,
        };
        DropReason reason = MediaPayload.TryRead(rtp.Payload, Parameters, ref packet);
        if (reason != DropReason.None)
        {
            return reason;
        }

        reason = _received.Add(sequence);
        if (reason != DropReason.None)
        {
            HandleTwin(isRecovered);
            return reason;
        }

        _lastCodec = codec;
        packet.Due = now - _transit.HandleArrival(packet.Timestamp, now);
        CountArrival(rtp, isRecovered, now);
        _start.Resolve(ref packet, highest, _cache);
        TrackLoss(packet, highest, codec.HasNack, isRecovered, now);
        Keep(packet, now);
        return Forward(packet, now);
    }

    /// <summary>Takes a padding-only packet of the retransmission stream, which probes for bandwidth.</summary>
    internal DropReason HandlePadding(
        PacketHandle slot, in RtpPacketReader rtx, in CodecParameters codec, long transportNumber, Instant now)
    {
        var padding = new MediaPacket
        {
            Packet = slot,
            PaddingLength = rtx.PaddingLength,
            Codec = codec.Codec,
        };
        return ForwardProbe(padding, transportNumber, DropReason.RtxEmpty, now);
    }

    /// <summary>What the cache still holds of the stream, for a consumer whose peer misses it.</summary>
    internal bool TryGetCached(long sequence, Instant now, out MediaPacket packet)
    {
        packet = default;
        return _cache is not null && _cache.TryGet(sequence, now, out packet);
    }

    /// <summary>True if the packet is missing here too: it comes later, or is given up.</summary>
    internal bool IsMissing(long sequence) => _missing.IsMissing(sequence);

    /// <summary>Sends what is due: a keyframe request, NACKs.</summary>
    internal void HandleTimeout(Instant now)
    {
        if (_missing.NextTimeout <= now)
        {
            Span<ushort> due = stackalloc ushort[NackGenerator.MissingMax];
            int count = _missing.CollectDue(due, _session.RoundTripTime, now, out bool gaveUp);
            if (count > 0)
            {
                _session.SendNack(Parameters.LocalSsrc, _ssrc, due[..count]);
            }

            if (gaveUp && _consumerCount > 0)
            {
                _keyframes.Want(KeyframeReason.UplinkLoss);
            }
        }

        if (NeedsKeyframe && _keyframes.TryTakeDue(_session.RoundTripTime, now))
        {
            _session.SendKeyframeRequest(Parameters.LocalSsrc, _ssrc, _lastCodec, _keyframes.Reason);
        }

        if (_cacheTimeout <= now)
        {
            _cache?.HandleTimeout(now);
            _cacheTimeout = _cache?.Count > 0 ? now + (_context.Options.RetransmissionAgeMax / 4) : Instant.Never;
        }
    }

    /// <summary>What a report says of the stream (RFC 3550 section 6.4.1); only while <see cref="IsActive"/>.</summary>
    internal ReportBlock TakeReportBlock(Instant now) => _statistics.TakeReportBlock(now);

    internal void HandleSenderReport(uint ssrc, NtpTimestamp ntp, uint timestamp, Instant now)
    {
        if (ssrc == _ssrc && IsActive)
        {
            _clock.HandleSenderReport(ntp, timestamp);
            _statistics.HandleSenderReport(ntp, now);
        }
    }

    /// <summary>
    /// The source's RTP timestamp when the relay's clock shows <paramref name="relay"/>; only if <see cref="HasClock"/>.
    /// </summary>
    internal uint TimestampAt(NtpTimestamp relay) => _clock.TimestampAt(_session.ToPeerClock(relay));

    /// <summary>Releases every slot held.</summary>
    internal void Close()
    {
        _cache?.Clear();
        _missing.Reset();
    }

    // RFC 3550 appendix A.1 takes such a jump for a restart. Passed on, it would carry the receiver's rollover counter along
    // (RFC 3711 section 3.3.1), and one lost packet more would leave it deaf to every later partner.
    private bool IsFarAhead(ushort sequence) =>
        _received.Highest >= 0 && SequenceNumber.Distance((ushort)_received.Highest, sequence) > JumpMax;

    // The first number is kept one wrap up, so that late packets before it stay above zero.
    private static long Extend(ushort sequence, long highest) =>
        highest < 0 ? sequence + 0x10000L : SequenceNumber.Extend(sequence, highest);

    // SRTP lets no packet in twice, so the copy of one that is no retransmission came over RTX before it.
    private void HandleTwin(bool isRecovered)
    {
        if (!isRecovered)
        {
            _missing.HandleOvertaken();
        }
    }

    private void Restart(uint ssrc)
    {
        _ssrc = ssrc;
        _received.Reset();
        _missing.Reset();
        _cache?.Clear();
        _statistics = new ReceptionStatistics(ssrc, (uint)ClockRate);
        _clock = new SourceClock(ClockRate);
        _transit = new TransitFloor(ClockRate);
        for (int i = 0; i < _consumerCount; i++)
        {
            _consumers[i].HandleSourceRestart();
        }

        // A keyframe wanted before there was a stream can be asked for now.
        _context.Touch(_session);
    }

    private void CountArrival(in RtpPacketReader rtp, bool isRecovered, Instant now)
    {
        if (isRecovered)
        {
            _context.Counters.CountRecovered();
        }
        else
        {
            _statistics.Update(rtp.SequenceNumber, rtp.Timestamp, now);
        }
    }

    private void TrackLoss(in MediaPacket packet, long highest, bool hasNack, bool isRecovered, Instant now)
    {
        if (Kind != MediaKind.Video || !hasNack)
        {
            return;
        }

        if (highest >= 0 && packet.Sequence > highest + 1)
        {
            if (!_missing.HandleGap(highest, packet.Sequence, now) && _consumerCount > 0)
            {
                _keyframes.Want(KeyframeReason.UplinkLoss);
            }

            _context.Touch(_session);
        }
        else if (packet.Sequence < highest)
        {
            _missing.HandleArrival(packet.Sequence, isRecovered, now);
        }

        if (packet.StartsKeyframe)
        {
            _missing.HandleKeyframe(packet.Sequence);
        }
    }

    private void Keep(in MediaPacket packet, Instant now)
    {
        // Nobody asks again for what nobody was sent. And repair is worth less than reception: the last quarter of the pool is
        // for packets on their way.
        if (_cache is null || _consumerCount == 0 || _context.Pool.FreeCount < _context.Pool.Capacity / 4)
        {
            return;
        }

        _cache.Add(packet);
        if (_cacheTimeout == Instant.Never)
        {
            _cacheTimeout = now + _context.Options.RetransmissionAgeMax;
            _context.Touch(_session);
        }
    }

    // What goes on is the packet that was kept, so it may not be longer than what came: else some bytes with a number in them
    // would make the relay send a whole packet, as fast as a hostile sender likes.
    private static bool IsNoLarger(in MediaPacket kept, in RtpPacketReader came) =>
        (kept.PayloadLength > 0 ? kept.PayloadLength : kept.PaddingLength) <= came.PayloadLength + came.PaddingLength;

    // What a sender sends beyond its media is to find out what the path takes: it has to go the whole way.
    private DropReason ForwardProbe(MediaPacket packet, long transportNumber, DropReason otherwise, Instant now)
    {
        packet.TransportNumber = transportNumber;
        bool isForwarded = false;
        for (int i = 0; i < _consumerCount && transportNumber != TransportSequenceMap.NoSource; i++)
        {
            isForwarded |= _consumers[i].SendProbe(packet, now) == DropReason.None;
        }

        return isForwarded ? DropReason.None : otherwise;
    }

    private DropReason Forward(in MediaPacket packet, Instant now)
    {
        if (packet.StartsKeyframe)
        {
            _keyframes.HandleKeyframe();
        }

        DropReason reason = DropReason.NoPartner;
        bool isForwarded = false;
        foreach (Consumer consumer in _consumers.AsSpan(0, _consumerCount))
        {
            bool wasWaiting = consumer.IsWaiting;
            reason = consumer.Send(packet, now);
            if (wasWaiting && Kind == MediaKind.Video)
            {
                SendHeld(consumer, packet, now);
            }

            isForwarded |= reason == DropReason.None;
        }

        return isForwarded ? DropReason.None : reason;
    }

    // A keyframe whose first packet was overtaken, or lost and sent again, goes on with those that came before it: the
    // consumer waited, so it has had none of them.
    private void SendHeld(Consumer consumer, in MediaPacket packet, Instant now)
    {
        long next = packet.Sequence + 1;
        if (consumer.IsWaiting)
        {
            // The packet shows whether a slice that came before it had anything in front of it.
            if (!TryGetCached(next, now, out MediaPacket slice) || !slice.IsBareIdr || slice.Timestamp == packet.Timestamp)
            {
                return;
            }

            slice.StartsKeyframe = true;
            _keyframes.HandleKeyframe();
            _missing.HandleKeyframe(next);
            consumer.Send(slice, now);
            next++;
        }

        for (; next <= _received.Highest && !consumer.IsWaiting; next++)
        {
            if (TryGetCached(next, now, out MediaPacket held))
            {
                consumer.Send(held, now);
            }
        }
    }
}

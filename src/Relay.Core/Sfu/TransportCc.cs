using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Rtp;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// Transport-wide congestion control of one leg (draft-holmer-rmcat-transport-wide-cc-extensions-01). In a pair the sender is
/// told of the whole path, from what its partner says; otherwise of its way to the relay.
/// </summary>
internal sealed class TransportCc
{
    /// <summary>
    /// Packets that a peer's feedback can speak of at once. It earns <see cref="StatusesPerPacket"/> with each packet that it is
    /// sent: a few bytes can speak of thousands, and each takes time.
    /// </summary>
    public const int StatusesMax = 2 * TransportSequenceMap.Size;

    /// <summary>Receivers speak of a packet once, and of few again.</summary>
    public const int StatusesPerPacket = 4;

    private readonly RtpSession _session;
    private readonly byte _extensionId;
    private readonly TransportSequenceMap? _outgoing;
    private readonly TransportArrivals? _arrivals;
    private readonly TransportFeedbackGenerator? _generator;
    private readonly TransportFeedbackTranslator? _translator;
    private uint _mediaSsrc;
    private int _statusBudget = StatusesMax;

    private TransportCc(RtpSession session, byte extensionId, bool produces, bool consumes)
    {
        _session = session;
        _extensionId = extensionId;
        _outgoing = consumes ? new TransportSequenceMap() : null;
        if (produces)
        {
            _arrivals = new TransportArrivals();
            _generator = new TransportFeedbackGenerator(_arrivals);
            _translator = new TransportFeedbackTranslator(_arrivals, _generator);
        }
    }

    /// <summary>When feedback may be due.</summary>
    public Instant NextTimeout => _generator?.NextTimeout ?? Instant.Never;

    /// <summary>The number of the next packet to the peer.</summary>
    public ushort NextNumber => _outgoing!.Next;

    /// <returns>Null if no section of the leg agreed on it.</returns>
    public static TransportCc? TryCreate(RtpSession session, in MediaParameters audio, in MediaParameters video)
    {
        // On one transport the extension has one id.
        byte id = Math.Max(audio.TransportCcExtensionId, video.TransportCcExtensionId);
        bool hasAudio = audio.TransportCcExtensionId != 0;
        bool hasVideo = video.TransportCcExtensionId != 0;
        return id == 0
            ? null
            : new TransportCc(
                session,
                id,
                produces: (hasAudio && audio.CanProduce) || (hasVideo && video.CanProduce),
                consumes: (hasAudio && audio.CanConsume) || (hasVideo && video.CanConsume));
    }

    /// <summary>A packet of the peer arrived.</summary>
    /// <returns>Its number, extended; <see cref="TransportSequenceMap.NoSource"/> if it has none, or one seen before.</returns>
    public long HandleArrival(in RtpPacketReader rtp, int bytes, Instant now)
    {
        if (_generator is null
            || !rtp.TryGetExtension(_extensionId, out ReadOnlySpan<byte> value)
            || !TransportSequenceNumber.TryRead(value, out ushort sequence))
        {
            return TransportSequenceMap.NoSource;
        }

        _mediaSsrc = rtp.Ssrc;
        bool wasIdle = _generator.NextTimeout == Instant.Never;
        long number = _generator.HandleArrival(sequence, bytes, now);
        if (wasIdle)
        {
            _session.Touch();
        }

        return number;
    }

    /// <summary>A packet left for the peer with <see cref="NextNumber"/>.</summary>
    /// <param name="source">Whose packet it was; null if the relay sent it by itself.</param>
    /// <param name="number">The number that it came in with.</param>
    public void HandleSent(RtpSession? source, long number)
    {
        bool isPartners = source is not null
            && number >= 0
            && ReferenceEquals(source, _session.Partner)
            && source.TransportCc?._arrivals is not null;
        _outgoing!.Add(isPartners ? number : TransportSequenceMap.NoSource);
        _statusBudget = Math.Min(_statusBudget + StatusesPerPacket, StatusesMax);
        if (isPartners)
        {
            source!.TransportCc!._arrivals![number].Fate = PacketFate.Forwarded;
        }
    }

    /// <summary>True if the peer's feedback reaches the partner, so that no other estimate needs to.</summary>
    public bool IsTranslatedFor(RtpSession partner) => _outgoing is not null && partner.TransportCc?._translator is not null;

    /// <summary>The peer tells what it received.</summary>
    /// <param name="packet">An RTPFB with FMT 15.</param>
    public DropReason HandleFeedback(RtcpPacket packet)
    {
        DropReason reason = TransportFeedbackReader.TryParse(packet, _statusBudget, out TransportFeedbackReader feedback);
        if (reason != DropReason.None)
        {
            return reason;
        }

        _statusBudget -= feedback.StatusCount;
        if (_outgoing is null)
        {
            return DropReason.RtcpUnknownStream;
        }

        if (_session.Partner?.TransportCc is { _translator: { } translator } sender)
        {
            long through = translator.Handle(ref feedback, _outgoing);
            sender.Send(through);
        }

        return DropReason.None;
    }

    /// <summary>Tells the peer what is due.</summary>
    public void HandleTimeout(Instant now)
    {
        if (_generator is not null && _generator.NextTimeout <= now)
        {
            Send(_generator.HandleTimeout(now));
        }
    }

    /// <summary>A partner came or went.</summary>
    public void HandlePartnerChange()
    {
        _outgoing?.StartPair();
        _generator?.HandlePartnerGone();
        _translator?.StartPair();
    }

    private void Send(long through)
    {
        Span<int> deltas = stackalloc int[TransportFeedbackGenerator.StatusMax];
        for (int i = 0; i < TransportFeedbackGenerator.MessagesMax; i++)
        {
            int told = _generator!.Collect(through, deltas, out TransportFeedbackHead head);
            if (told == 0)
            {
                break;
            }

            _session.SendTransportFeedback(_mediaSsrc, head, deltas[..told]);
        }
    }
}

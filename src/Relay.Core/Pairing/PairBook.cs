using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Pairing;

/// <summary>
/// Who waits and who talks: the only place that puts sessions into queues and pairs and takes them out again.
/// </summary>
internal sealed class PairBook(
    PairingLimits limits, RandomSource random, PairingTimers timers, PairingCounters counters, Queue<PairingEffect> effects)
{
    private readonly PairingLimits _limits = limits;
    private readonly RandomSource _random = random;
    private readonly PairingTimers _timers = timers;
    private readonly PairingCounters _counters = counters;
    private readonly Queue<PairingEffect> _effects = effects;
    private readonly Matchmaker _matchmaker = new(limits.Pools);

    /// <summary>Whether new pairs are refused for good; nobody is asked to move then.</summary>
    public bool Draining { get; set; }

    public Matchmaker Matchmaker => _matchmaker;

    /// <summary>The session asks for a partner and has all it takes: it is told so, and waits if it has a socket.</summary>
    public void EnterQueue(Session session, Instant now)
    {
        session.State = SessionState.Queued;
        _effects.Enqueue(new PairingEffect(PairingEffectKind.Queued, session.Key, Mode: session.Mode));
        if (session.HasSocket)
        {
            Wait(session, now);
        }
    }

    /// <summary>Takes its place in the queue by its ticket, and is paired if anybody fits.</summary>
    public void Wait(Session session, Instant now)
    {
        _matchmaker.Add(session);
        if (_matchmaker.FindPartner(session) is { } partner)
        {
            Pair(partner, session);
        }
        else if (session.Mode.NeedsLeg() && _limits.Pools > 1)
        {
            _timers.Set(session, PairingTimer.Renew, now + _limits.RenewAfter);
        }

        CountWaiting(session.Mode);
    }

    /// <summary>Leaves the queue, if it is in one. Its state is the caller's to set.</summary>
    public void StopWaiting(Session session)
    {
        _matchmaker.Remove(session);
        _timers.Set(session, PairingTimer.Renew, Instant.Never);
        session.RenewPool = Session.NoPool;
        CountWaiting(session.Mode);
    }

    private void Pair(Session first, Session second)
    {
        StopWaiting(first);
        StopWaiting(second);
        Span<byte> reference = stackalloc byte[12];
        _random.Fill(reference);
        string pairRef = Convert.ToHexStringLower(reference);
        Join(first, second, pairRef);
        Join(second, first, pairRef);
        _counters.PairBegan(first.Mode);
        if (first.Mode.NeedsLeg())
        {
            _effects.Enqueue(new PairingEffect(PairingEffectKind.PairLegs, first.Key, second.Key, first.Mode));
        }

        _effects.Enqueue(new PairingEffect(PairingEffectKind.Paired, first.Key, Mode: first.Mode, Text: pairRef));
        _effects.Enqueue(new PairingEffect(PairingEffectKind.Paired, second.Key, Mode: second.Mode, Text: pairRef));
    }

    private static void Join(Session session, Session partner, string pairRef)
    {
        Invariant.Holds(session.Partner is null && session.State == SessionState.Queued, "only who waits is paired");
        session.State = SessionState.Paired;
        session.Partner = partner;
        session.PairRef = pairRef;
        session.LastPartner = partner.Key;
    }

    /// <summary>Both become ready and the partner is told; what the session itself hears depends on the cause.</summary>
    public void EndPair(Session session)
    {
        Session partner = PartnerOf(session);
        if (session.Mode.NeedsLeg())
        {
            // Media stops before anybody is told. One command is enough: it cuts both directions.
            SessionKey leg = session.Leg == LegState.None ? partner.Key : session.Key;
            _effects.Enqueue(new PairingEffect(PairingEffectKind.UnpairLeg, leg));
        }

        _counters.PairEnded(session.Mode);
        Part(session);
        Part(partner);
        _effects.Enqueue(new PairingEffect(PairingEffectKind.PartnerGone, partner.Key));
    }

    private static void Part(Session session)
    {
        session.State = SessionState.Ready;
        session.Partner = null;
        session.PairRef = null;
    }

    /// <summary>The partner of a paired session.</summary>
    public static Session PartnerOf(Session session)
    {
        Invariant.Holds(
            session.Partner is not null && ReferenceEquals(session.Partner.Partner, session), "partners name each other");
        return session.Partner;
    }

    /// <summary>Alone for a while: asks the session to move if somebody waits elsewhere.</summary>
    public void Renew(Session session, Instant now)
    {
        Invariant.Holds(session.Waiting, "only who waits is asked to move");
        session.RenewPool = Session.NoPool;
        if (!Draining && _matchmaker.FindRenewTarget(session) is { } target)
        {
            session.RenewPool = target.LegPool;
            _counters.Renewals++;
            _effects.Enqueue(new PairingEffect(PairingEffectKind.MediaRenew, session.Key));
            _timers.Set(session, PairingTimer.Renew, now + _limits.RenewRetry);
        }
        else
        {
            _timers.Set(session, PairingTimer.Renew, now + _limits.RenewAfter);
        }
    }

    private void CountWaiting(PairingMode mode) => _counters.SetWaiting(mode, _matchmaker.Waiting(mode));
}

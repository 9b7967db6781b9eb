using Relay.Core.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Core.Pairing;

/// <summary>
/// Who talks to whom. Sessions come and go, ask for partners, and are paired first come first served; what follows for
/// sockets and legs comes out as effects. Sans-IO and single-threaded: after each Handle call the host drains
/// <see cref="TryDequeueEffect"/> until it is empty, then sleeps until <see cref="NextTimeout"/> at most.
/// </summary>
/// <remarks>
/// Always true: a session is in at most one pair; a pair's partners name each other; who waits is in exactly one queue and
/// has a socket; a survivor is told exactly once that its partner is gone; a message in the wrong state changes nothing.
/// Keys of sessions that are gone are ignored everywhere. Control plane: it may allocate, but everything is bounded by
/// <see cref="PairingLimits.MaxSessions"/>.
/// </remarks>
public sealed class PairingEngine
{
    /// <summary>Timers that one <see cref="HandleTimeout"/> serves, so that effects stay few.</summary>
    private const int MaxTimersPerCall = 256;

    private readonly PairingLimits _limits;
    private readonly SessionTable _sessions;
    private readonly PairBook _pairs;
    private readonly PairingTimers _timers = new();
    private readonly Queue<PairingEffect> _effects = new();
    private long _lastTicket;

    public PairingEngine(PairingLimits limits, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentNullException.ThrowIfNull(random);
        _limits = limits;
        _sessions = new SessionTable(limits.MaxSessions);
        _pairs = new PairBook(limits, random, _timers, Counters, _effects);
    }

    public PairingCounters Counters { get; } = new();

    /// <summary>When to call <see cref="HandleTimeout"/> at the latest.</summary>
    public Instant NextTimeout => _timers.Next;

    /// <summary>Whether new pairs are refused for good.</summary>
    public bool Draining => _pairs.Draining;

    internal SessionTable Sessions => _sessions;

    internal Matchmaker Matchmaker => _pairs.Matchmaker;

    internal PairingTimers Timers => _timers;

    /// <summary>Takes the next thing to do; false if there is none.</summary>
    public bool TryDequeueEffect(out PairingEffect effect) => _effects.TryDequeue(out effect);

    /// <summary>What is known about a session; false if it is gone.</summary>
    public bool TryGet(SessionKey key, out SessionView view)
    {
        if (_sessions.Find(key) is not { } session)
        {
            view = default;
            return false;
        }

        view = new SessionView(
            session.State,
            session.HasAsked ? session.Mode : null,
            session.PairRef,
            session.Leg != LegState.None,
            session.RenewPool == Session.NoPool ? null : session.RenewPool);
        return true;
    }

    /// <summary>A new session; the none key if the table is full. It ends unless a socket comes in time.</summary>
    public SessionKey HandleOpened(ModeSet modes, Instant now)
    {
        if (_sessions.Add(modes) is not { } session)
        {
            Counters.SessionsRefused++;
            return default;
        }

        Counters.SessionsOpened++;
        Counters.Sessions = _sessions.Count;
        _timers.Set(session, PairingTimer.Socket, now + _limits.FirstSocket);
        return session.Key;
    }

    /// <summary>The session has a socket: its first, one after a loss, or one that took over from another.</summary>
    public void HandleSocketOpened(SessionKey key, Instant now)
    {
        if (_sessions.Find(key) is not { } session)
        {
            return;
        }

        bool resumed = session.HadSocket;
        session.HasSocket = true;
        session.HadSocket = true;
        _timers.Set(session, PairingTimer.Socket, Instant.Never);
        if (session.State == SessionState.New)
        {
            session.State = SessionState.Ready;
        }

        if (resumed)
        {
            Counters.SessionsResumed++;
        }

        Emit(new PairingEffect(
            PairingEffectKind.Welcome, key, Mode: session.Mode, State: session.State, Flag: resumed, Text: session.PairRef));
        if (session.Leg == LegState.Connected)
        {
            Emit(new PairingEffect(PairingEffectKind.MediaConnected, key));
        }
        else if (session.UntoldLegEnd != CloseReason.None)
        {
            Emit(new PairingEffect(PairingEffectKind.MediaClosed, key, Reason: session.UntoldLegEnd));
        }

        session.UntoldLegEnd = CloseReason.None;
        if (session is { State: SessionState.Queued, Waiting: false })
        {
            _pairs.Wait(session, now);
        }
    }

    /// <summary>
    /// The session's socket is gone. Left on purpose, the session ends; lost, it is kept for a while: a pair goes on, and a
    /// waiting session keeps its place but is not paired meanwhile.
    /// </summary>
    public void HandleSocketClosed(SessionKey key, bool left, Instant now)
    {
        if (_sessions.Find(key) is not { HasSocket: true } session)
        {
            return;
        }

        if (left)
        {
            Close(session);
            return;
        }

        session.HasSocket = false;
        _pairs.StopWaiting(session);
        _timers.Set(session, PairingTimer.Socket, now + _limits.Resume);
    }

    /// <summary>The session ends for good, at its client's wish.</summary>
    public void HandleLeft(SessionKey key, Instant now)
    {
        _ = now;
        if (_sessions.Find(key) is { } session)
        {
            Close(session);
        }
    }

    /// <summary>A message from the session's socket. With an error it had no effect.</summary>
    public PairingError HandleMessage(SessionKey key, in SessionMessage message, Instant now)
    {
        PairingError error = _sessions.Find(key) is { HasSocket: true } session
            ? Apply(session, message, now)
            : PairingError.BadState;
        if (error != PairingError.None)
        {
            Counters.MessagesRefused++;
        }

        return error;
    }

    /// <summary>The session has a new leg on that worker, in place of any before (which the host has closed).</summary>
    public PairingError HandleLegOpened(SessionKey key, int pool, Instant now)
    {
        _ = now;
        ArgumentOutOfRangeException.ThrowIfNegative(pool);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(pool, _limits.Pools);
        if (_sessions.Find(key) is not { } session)
        {
            return PairingError.BadState;
        }

        if (session.State == SessionState.Paired)
        {
            return PairingError.MediaInUse;
        }

        if (session.State == SessionState.Queued && session.Mode.NeedsLeg())
        {
            // The new leg is not connected yet. The ticket stays, and with it the place in the queue.
            _pairs.StopWaiting(session);
            session.State = SessionState.Preflight;
        }

        session.Leg = LegState.Connecting;
        session.LegPool = pool;
        session.UntoldLegEnd = CloseReason.None;
        return PairingError.None;
    }

    /// <summary>The session's leg is connected.</summary>
    public void HandleLegConnected(SessionKey key, Instant now)
    {
        if (_sessions.Find(key) is not { Leg: LegState.Connecting } session)
        {
            return;
        }

        session.Leg = LegState.Connected;
        if (session.HasSocket)
        {
            Emit(new PairingEffect(PairingEffectKind.MediaConnected, key));
        }

        if (session.State == SessionState.Preflight)
        {
            _pairs.EnterQueue(session, now);
        }
    }

    /// <summary>The session's leg no longer exists. Waiting and talking by voice or video end with it.</summary>
    public void HandleLegClosed(SessionKey key, CloseReason reason, Instant now)
    {
        _ = now;
        if (_sessions.Find(key) is not { } session || session.Leg == LegState.None)
        {
            return;
        }

        bool needed = session.Mode.NeedsLeg();
        if (needed)
        {
            _pairs.StopWaiting(session);
        }

        session.Leg = LegState.None;
        if (session.HasSocket)
        {
            Emit(new PairingEffect(PairingEffectKind.MediaClosed, key, Reason: reason));
        }
        else
        {
            session.UntoldLegEnd = reason;
        }

        if (!needed)
        {
            return;
        }

        if (session.State == SessionState.Paired)
        {
            _pairs.EndPair(session);
            Emit(new PairingEffect(PairingEffectKind.PartnerGone, key));
        }
        else if (session.State is SessionState.Preflight or SessionState.Queued)
        {
            session.State = SessionState.Ready;
            Emit(new PairingEffect(PairingEffectKind.Idle, key));
        }
    }

    /// <summary>The host could not forward between the legs of the session's new pair: the pair ends.</summary>
    public void HandlePairRefused(SessionKey key, Instant now)
    {
        _ = now;
        if (_sessions.Find(key) is { State: SessionState.Paired } session)
        {
            _pairs.EndPair(session);
            Emit(new PairingEffect(PairingEffectKind.PartnerGone, key));
        }
    }

    /// <summary>No new pairs from now on; the pairs there are talk on.</summary>
    public void HandleDrain(Instant now)
    {
        _ = now;
        _pairs.Draining = true;
    }

    /// <summary>Serves what is due. If more is due than one call takes, <see cref="NextTimeout"/> stays in the past.</summary>
    public void HandleTimeout(Instant now)
    {
        for (int i = 0; i < MaxTimersPerCall && _timers.TryPeekDue(now, out SessionKey key, out PairingTimer timer); i++)
        {
            Session? session = _sessions.Find(key);
            Invariant.Holds(session is not null, "timers end with their session");
            if (timer == PairingTimer.Renew)
            {
                _pairs.Renew(session, now);
            }
            else
            {
                Counters.SessionsExpired++;
                Close(session);
            }
        }
    }

    /// <summary>The state table: every message in every state, or no effect.</summary>
    private PairingError Apply(Session session, in SessionMessage message, Instant now)
    {
        switch (session.State, message.Kind)
        {
            case (_, SessionMessageKind.Pong):
                return PairingError.None;
            case (SessionState.Ready, SessionMessageKind.Enqueue):
                return Ask(session, message.Mode, now);
            case (SessionState.Ready, SessionMessageKind.Next) when session.HasAsked:
                return Ask(session, session.Mode, now);
            case (SessionState.Preflight or SessionState.Queued, SessionMessageKind.Cancel):
                _pairs.StopWaiting(session);
                session.State = SessionState.Ready;
                Emit(new PairingEffect(PairingEffectKind.Idle, session.Key));
                return PairingError.None;
            case (SessionState.Paired, SessionMessageKind.Next):
                return Next(session, now);
            case (SessionState.Paired, SessionMessageKind.End):
                _pairs.EndPair(session);
                Emit(new PairingEffect(PairingEffectKind.Idle, session.Key));
                return PairingError.None;
            case (SessionState.Paired, SessionMessageKind.Chat):
                Emit(new PairingEffect(PairingEffectKind.Chat, PairBook.PartnerOf(session).Key, Text: message.Text));
                return PairingError.None;
            case (SessionState.Paired, SessionMessageKind.Typing):
                Emit(new PairingEffect(PairingEffectKind.Typing, PairBook.PartnerOf(session).Key, Flag: message.On));
                return PairingError.None;
            default:
                return PairingError.BadState;
        }
    }

    private PairingError Ask(Session session, PairingMode mode, Instant now)
    {
        if (Draining)
        {
            return PairingError.Draining;
        }

        if (!session.Modes.Allows(mode))
        {
            return PairingError.ModeNotAllowed;
        }

        if (mode.NeedsLeg() && session.Leg == LegState.None)
        {
            return PairingError.MediaRequired;
        }

        session.Mode = mode;
        session.HasAsked = true;
        session.Ticket = ++_lastTicket;
        if (mode.NeedsLeg() && session.Leg != LegState.Connected)
        {
            session.State = SessionState.Preflight;
        }
        else
        {
            _pairs.EnterQueue(session, now);
        }

        return PairingError.None;
    }

    private PairingError Next(Session session, Instant now)
    {
        if (Draining)
        {
            // Who cannot meet anybody new is not parted from whom it has.
            return PairingError.Draining;
        }

        _pairs.EndPair(session);
        return Ask(session, session.Mode, now);
    }

    private void Close(Session session)
    {
        if (session.State == SessionState.Paired)
        {
            _pairs.EndPair(session);
        }

        _pairs.StopWaiting(session);
        _timers.Set(session, PairingTimer.Socket, Instant.Never);
        if (session.Leg != LegState.None)
        {
            Emit(new PairingEffect(PairingEffectKind.CloseLeg, session.Key));
        }

        session.State = SessionState.Closed;
        _sessions.Remove(session);
        Counters.Sessions = _sessions.Count;
        Emit(new PairingEffect(PairingEffectKind.SessionClosed, session.Key));
    }

    private void Emit(in PairingEffect effect) => _effects.Enqueue(effect);
}

using Relay.Core.Diagnostics;
using Relay.Core.Pairing;
using Relay.Core.Primitives;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;
using Relay.Host.Workers;

namespace Relay.Host.Api;

/// <summary>
/// Runs the pairing engine and carries out its effects on sockets and legs. Only the pairing loop calls it.
/// </summary>
internal sealed class SessionControl
{
    /// <summary>Chat messages kept for a partner whose socket is away for a moment.</summary>
    private const int MaxMissedMessages = 32;

    private readonly PairingEngine _engine;
    private readonly IMediaPlane _media;
    private readonly LegPlacement _placement;
    private readonly SessionDirectory _directory;
    private readonly DrainState _drain;
    private readonly HostClock _clock;
    private readonly ApiCounters _counters;
    private readonly ILogger<SessionControl> _logger;
    private readonly RelayOptions _options;
    private readonly Dictionary<SessionKey, ClientSession> _byKey = [];
    private readonly Dictionary<LegId, ClientSession> _byLeg = [];
    private readonly BucketRate _mediaRate;
    private int _drainNoticeSeconds;

    public SessionControl(
        PairingEngine engine,
        IMediaPlane media,
        LegPlacement placement,
        SessionDirectory directory,
        DrainState drain,
        HostClock clock,
        ApiCounters counters,
        RelayOptions options,
        ILogger<SessionControl> logger)
    {
        _engine = engine;
        _media = media;
        _placement = placement;
        _directory = directory;
        _drain = drain;
        _clock = clock;
        _counters = counters;
        _options = options;
        _logger = logger;
        _mediaRate = BucketRate.PerMinute(options.Limits.MediaRequestsPerMinute, options.Limits.MediaRequestsPerMinute);
    }

    public Instant NextTimeout => _engine.NextTimeout;

    /// <summary>Sessions, legs and effects that are left; all 0 when nobody is there.</summary>
    internal (int Sessions, int Legs) Held => (_byKey.Count, _byLeg.Count);

    public void HandleTimeout()
    {
        _engine.HandleTimeout(_clock.Now);
        CarryOut();
    }

    public IResult Open(ModeSet modes)
    {
        if (_drain.IsDraining)
        {
            return Problem.Draining();
        }

        SessionKey key = _engine.HandleOpened(modes, _clock.Now);
        if (key.IsNone)
        {
            return Problem.Overloaded("Too many sessions are open.");
        }

        string token = SessionToken.Create();
        _ = SessionToken.TryHash(token, out TokenHash hash);
        var session = new ClientSession(SessionToken.CreateId(), hash, modes, key);
        _byKey[key] = session;
        _directory.Add(session);
        _logger.SessionOpened(_byKey.Count);
        var limits = new SessionLimits(_options.Limits.ChatMaxChars, _options.Pairing.ResumeSeconds);
        IReadOnlyList<IceServer> turn = _placement.Settle(session);
        var body = new CreateSessionResponse(session.Id, token, RelayEndpoints.SocketPath, turn, ModeNames.Of(modes), limits);
        return TypedResults.Created(RelayEndpoints.SessionsPath + "/" + session.Id, body);
    }

    public IResult Leave(ClientSession session)
    {
        if (session.IsClosed)
        {
            return Problem.NoSession();
        }

        _engine.HandleLeft(session.Key, _clock.Now);
        CarryOut();
        return TypedResults.NoContent();
    }

    public void SocketOpened(ClientSession session, RelaySocket socket)
    {
        if (session.IsClosed)
        {
            socket.Close(SocketClose.NoSession);
            return;
        }

        session.Socket?.Close(SocketClose.TakenOver);
        session.Socket = socket;
        _engine.HandleSocketOpened(session.Key, _clock.Now);
        CarryOut();
        if (_drain.IsDraining)
        {
            socket.Send(ServerMessages.DrainingNotice(_drainNoticeSeconds));
        }
    }

    public void SocketClosed(ClientSession session, RelaySocket socket, SocketEnd end)
    {
        // A socket that was taken over, or whose session ended first, means nothing any more.
        if (!ReferenceEquals(session.Socket, socket))
        {
            return;
        }

        session.Socket = null;
        if (end == SocketEnd.Lost)
        {
            _counters.SocketLost();
            _logger.SocketLost();
        }

        _engine.HandleSocketClosed(session.Key, end == SocketEnd.Left, _clock.Now);
        CarryOut();
    }

    public void Message(ClientSession session, RelaySocket socket, in ClientMessage message)
    {
        if (!ReferenceEquals(session.Socket, socket))
        {
            return;
        }

        PairingError error = _engine.HandleMessage(session.Key, message.Message, _clock.Now);
        if (error != PairingError.None)
        {
            (string code, string detail) = SocketErrors.Of(error);
            _counters.MessageRejected(code);
            socket.Send(ServerMessages.Error(code, detail, message.Id));
        }

        CarryOut();
    }

    /// <summary>A new leg for the session; one that it had is closed.</summary>
    public IResult OpenMedia(ClientSession session, string offer)
    {
        if (!_engine.TryGet(session.Key, out SessionView view))
        {
            return Problem.NoSession();
        }

        if (_drain.IsDraining)
        {
            return Problem.Draining();
        }

        if (view.State == SessionState.Paired)
        {
            return Problem.MediaInUse();
        }

        if (!session.MediaBudget.TryTake(_mediaRate, _clock.Now, out int retryAfterSeconds))
        {
            return MediaTooOften(retryAfterSeconds);
        }

        if (Guarded(() => _placement.OpenLeg(session, view.RenewPool, offer)) is not { } opened)
        {
            return Problem.Internal();
        }

        if (opened.Problem != MediaProblem.None || opened.Answer is null)
        {
            return MediaProblems.ToResult(opened.Problem, opened.Detail);
        }

        CloseLeg(session);
        session.Leg = opened.Leg;
        session.IceGeneration++;
        _byLeg[opened.Leg] = session;
        _ = _engine.HandleLegOpened(session.Key, opened.Leg.Worker, _clock.Now);
        CarryOut();
        return new SdpResult(
            StatusCodes.Status201Created,
            SdpResult.Sdp,
            opened.Answer,
            session.IceGeneration,
            RelayEndpoints.MediaPath(session.Id));
    }

    /// <summary>An ICE restart, or trickled candidates, which ICE-lite does not need.</summary>
    public IResult PatchMedia(ClientSession session, string fragment, string? ifMatch)
    {
        if (session.IsClosed)
        {
            return Problem.NoSession();
        }

        if (session.Leg.IsNone)
        {
            return Problem.NoLeg();
        }

        if (!SdpResult.Matches(ifMatch, session.IceGeneration))
        {
            return Problem.PreconditionFailed();
        }

        if (!session.MediaBudget.TryTake(_mediaRate, _clock.Now, out int retryAfterSeconds))
        {
            return MediaTooOften(retryAfterSeconds);
        }

        if (Guarded(() => _media.RestartIce(session.Leg, fragment)) is not { } restarted)
        {
            return Problem.Internal();
        }

        if (restarted.Problem != MediaProblem.None || restarted.SdpFragment is null)
        {
            return MediaProblems.ToResult(restarted.Problem, restarted.Detail);
        }

        session.IceGeneration++;
        return new SdpResult(StatusCodes.Status200OK, SdpResult.Fragment, restarted.SdpFragment, session.IceGeneration, null);
    }

    public IResult CloseMedia(ClientSession session)
    {
        if (session.IsClosed)
        {
            return Problem.NoSession();
        }

        if (session.Leg.IsNone)
        {
            return Problem.NoLeg();
        }

        // The engine first: it stops the forwarding before the leg goes.
        _engine.HandleLegClosed(session.Key, CloseReason.Requested, _clock.Now);
        CarryOut();
        CloseLeg(session);
        return TypedResults.NoContent();
    }

    public void LegConnected(LegId leg)
    {
        if (_byLeg.TryGetValue(leg, out ClientSession? session))
        {
            _engine.HandleLegConnected(session.Key, _clock.Now);
            CarryOut();
        }
    }

    public void LegClosed(LegId leg, CloseReason reason)
    {
        if (_byLeg.Remove(leg, out ClientSession? session))
        {
            session.Leg = default;
            _logger.LegClosed(MediaProblems.ReasonName(reason));
            _engine.HandleLegClosed(session.Key, reason, _clock.Now);
            CarryOut();
        }
    }

    public void Drain(int noticeSeconds)
    {
        _drainNoticeSeconds = noticeSeconds;
        _engine.HandleDrain(_clock.Now);
        CarryOut();
    }

    /// <summary>
    /// What a client sent is parsed in there: a bug that it finds must cost one request, not the relay. Null if it threw.
    /// </summary>
    private T? Guarded<T>(Func<T> negotiate)
        where T : class
    {
        try
        {
            return negotiate();
        }
        catch (Exception e)
        {
            _logger.NegotiationFailed(e);
            return null;
        }
    }

    private Problem MediaTooOften(int retryAfterSeconds)
    {
        _counters.RateLimited("media");
        return Problem.RateLimited(retryAfterSeconds);
    }

    private void CarryOut()
    {
        while (_engine.TryDequeueEffect(out PairingEffect effect))
        {
            if (_byKey.TryGetValue(effect.Session, out ClientSession? session))
            {
                CarryOut(effect, session);
            }
        }
    }

    private void CarryOut(in PairingEffect effect, ClientSession session)
    {
        switch (effect.Kind)
        {
            case PairingEffectKind.PairLegs:
                PairLegs(effect, session);
                break;
            case PairingEffectKind.UnpairLeg:
                UnpairLeg(session);
                break;
            case PairingEffectKind.CloseLeg:
                CloseLeg(session);
                break;
            case PairingEffectKind.SessionClosed:
                Forget(session);
                break;
            case PairingEffectKind.Welcome:
                session.Socket?.Send(
                    ServerMessages.Welcome(session.Id, session.Modes, effect.State, effect.Flag, effect.Mode, effect.Text));
                SendMissed(session);
                break;
            case PairingEffectKind.MediaRenew:
                _ = _engine.TryGet(session.Key, out SessionView view);
                session.Socket?.Send(ServerMessages.MediaRenew(_placement.Settle(session, view.RenewPool)));
                break;
            case PairingEffectKind.Chat:
                SendChat(session, effect.Text ?? string.Empty);
                break;
            default:
                if (effect.Kind == PairingEffectKind.PartnerGone)
                {
                    session.Missed.Clear();
                }

                session.Socket?.Send(MessageOf(effect));
                break;
        }
    }

    private static byte[] MessageOf(in PairingEffect effect) => effect.Kind switch
    {
        PairingEffectKind.MediaConnected => ServerMessages.MediaConnected,
        PairingEffectKind.MediaClosed => ServerMessages.MediaClosed(MediaProblems.ReasonName(effect.Reason)),
        PairingEffectKind.Queued => ServerMessages.Queued(effect.Mode),
        PairingEffectKind.Paired => ServerMessages.Paired(effect.Text ?? string.Empty, effect.Mode),
        PairingEffectKind.Idle => ServerMessages.Idle,
        PairingEffectKind.Typing => ServerMessages.Typing(effect.Flag),
        PairingEffectKind.PartnerGone => ServerMessages.PartnerGone,
        _ => throw new InvalidOperationException("No message for the effect " + effect.Kind),
    };

    private static void SendChat(ClientSession session, string text)
    {
        byte[] message = ServerMessages.Chat(text);
        if (session.Socket is { } socket)
        {
            socket.Send(message);
        }
        else if (session.Missed.Count < MaxMissedMessages)
        {
            session.Missed.Enqueue(message);
        }
    }

    private static void SendMissed(ClientSession session)
    {
        while (session.Missed.TryDequeue(out byte[]? message))
        {
            session.Socket?.Send(message);
        }
    }

    private void PairLegs(in PairingEffect effect, ClientSession session)
    {
        if (!_byKey.TryGetValue(effect.Other, out ClientSession? other)
            || !_media.TryPair(session.Leg, other.Leg, effect.Mode == PairingMode.Video))
        {
            // Both are told paired and then partner.gone; the effects queue keeps that order.
            _logger.MailboxFull("pair");
            _engine.HandlePairRefused(session.Key, _clock.Now);
        }
    }

    private void UnpairLeg(ClientSession session)
    {
        if (!session.Leg.IsNone && !_media.TryUnpair(session.Leg))
        {
            // Nothing of a client may reach somebody it no longer talks to: without the command, the leg goes.
            _logger.MailboxFull("unpair");
            CloseLeg(session);
            _engine.HandleLegClosed(session.Key, CloseReason.Requested, _clock.Now);
        }
    }

    private void CloseLeg(ClientSession session)
    {
        if (!session.Leg.IsNone)
        {
            _byLeg.Remove(session.Leg);
            _media.CloseLeg(session.Leg);
            session.Leg = default;
        }
    }

    private void Forget(ClientSession session)
    {
        session.IsClosed = true;
        session.Missed.Clear();
        _byKey.Remove(session.Key);
        _directory.Remove(session);
        session.Socket?.Close(SocketClose.Normal);
        session.Socket = null;
        _logger.SessionClosed(_byKey.Count);
    }
}

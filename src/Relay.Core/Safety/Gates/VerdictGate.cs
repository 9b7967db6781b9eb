using Relay.Core.Primitives;

namespace Relay.Core.Safety.Gates;

/// <summary>
/// Whether one leg's media of one kind goes to its partner.
/// <code>
///              clean                     suspect, or no verdict
/// Checking ─────────────▶ Open ──────────────────────────────────▶ Held ── enough suspect ──▶ Blocked
///    ▲  └─ suspect ─▶ Held  ▲                                       │                            │
///    │                      └──────── enough clean ─────────────────┘                            │
///    └────────────────────────── released ───────────────────────────────────────────────────────┘
/// </code>
/// In the mode <see cref="GateMode.Hold"/> nothing but a clean verdict opens it, and only on a frame taken after it closed:
/// each closing begins a new <see cref="Generation"/>, samples carry the generation in which they were taken, and a clean
/// verdict of an older one opens nothing. Silence, failures and time close, or change nothing.
/// </summary>
/// <remarks>
/// In the mode <see cref="GateMode.Observe"/> it is open from the start; a suspect frame is followed by the same burst, and
/// only a confirmed one with an action that stops the media closes it.
/// </remarks>
public sealed class VerdictGate
{
    private readonly GatePolicy _policy;
    private Phase _phase;
    private bool _isPaused;
    private int _clean;
    private int _suspect;
    private TimeSpan _retry;
    private Instant _asked;
    private Instant _wanted = Instant.Never;
    private Instant _lastClean;

    /// <summary>A gate for a source that begins to send now.</summary>
    /// <exception cref="ArgumentException">The policy is out of range.</exception>
    public VerdictGate(GatePolicy policy, Instant now)
    {
        ArgumentNullException.ThrowIfNull(policy);
        if (policy.Fault is { } fault)
        {
            throw new ArgumentException(fault, nameof(policy));
        }

        _policy = policy;
        (_phase, _lastClean) = (Holds ? Phase.Unseen : Phase.Cleared, now);
        RestartRetry(now);
    }

    private enum Phase : byte
    {
        /// <summary>No clean verdict since the sender began or resumed.</summary>
        Unseen,

        /// <summary>The last verdict was clean.</summary>
        Cleared,

        /// <summary>After a suspect frame, while a burst is looked at.</summary>
        Burst,

        /// <summary>After missing verdicts, or after a confirmed suspicion that is not to block.</summary>
        Waiting,

        /// <summary>Closed for good.</summary>
        Blocked,
    }

    public GateState State => _phase switch
    {
        Phase.Blocked => GateState.Blocked,
        _ when !Holds => GateState.Open,
        Phase.Unseen => GateState.Checking,
        Phase.Cleared => GateState.Open,
        _ => GateState.Held,
    };

    /// <summary>Whether a packet may go to the partner: retransmissions and probes included.</summary>
    public bool IsOpen => State == GateState.Open;

    /// <summary>What a sample is stamped with when its frame is taken.</summary>
    public int Generation { get; private set; }

    /// <summary>When to call <see cref="HandleTimeout"/> at the latest.</summary>
    public Instant NextTimeout => _phase switch
    {
        Phase.Blocked => Instant.Never,
        _ when _isPaused => Instant.Never,
        Phase.Cleared when !Holds => Instant.Never,
        Phase.Cleared => Instant.Min(_wanted + _policy.VerdictTimeout, _lastClean + _policy.UnseenMax),
        _ => _asked + _retry,
    };

    private bool Holds => _policy.Mode == GateMode.Hold;

    /// <summary>A frame was judged.</summary>
    /// <param name="verdict">What was found.</param>
    /// <param name="generation">The generation when the frame was taken.</param>
    public GateStep HandleVerdict(Verdict verdict, int generation, Instant now)
    {
        bool isCurrent = generation == Generation && !_isPaused;
        return (_phase, verdict) switch
        {
            (Phase.Blocked, _) or (_, Verdict.Unknown) => default,
            (Phase.Burst, _) => isCurrent ? Count(verdict, now) : default,
            (_, Verdict.Suspect) => Suspect(now),
            _ => isCurrent ? Clear(now) : default,
        };
    }

    /// <summary>A frame of the source is to be looked at; from here on an open gate waits for the verdict.</summary>
    public void HandleSampleWanted(Instant now) => _wanted = Instant.Min(_wanted, now);

    /// <summary>The sender stopped, as muted video does. What it sends next has not been seen.</summary>
    public GateStep HandlePaused(Instant now)
    {
        _isPaused = true;
        return Restart(GateCause.Paused, 0, now);
    }

    /// <summary>The sender sends again, or from another device.</summary>
    public GateStep HandleResumed(Instant now)
    {
        _isPaused = false;
        return Restart(GateCause.Resumed, _phase == Phase.Burst ? _policy.BurstFrames : 1, now);
    }

    /// <summary>Somebody lifts a block: the gate is as it was when the source began.</summary>
    public GateStep HandleReleased(Instant now)
    {
        if (_phase != Phase.Blocked)
        {
            return default;
        }

        return Move(Holds ? Phase.Unseen : Phase.Cleared, GateCause.Released, 1, now);
    }

    /// <summary>What time alone brings: a gate that closes, or a closed one that asks again.</summary>
    public GateStep HandleTimeout(Instant now)
    {
        if (NextTimeout > now)
        {
            return default;
        }

        if (_phase == Phase.Cleared)
        {
            return Move(Phase.Waiting, GateCause.NoVerdict, 1, now);
        }

        // The generation stays: verdicts that are merely late still count, or a slow classifier would never be heard.
        _asked = now;
        _retry = _retry * 2 < _policy.RetryMax ? _retry * 2 : _policy.RetryMax;
        int missing = _phase == Phase.Burst ? _policy.BurstFrames - _clean - _suspect : 1;
        return new GateStep(GateCause.NoVerdict, WantedFrames: missing);
    }

    /// <summary>A clean verdict of this generation, outside a burst.</summary>
    private GateStep Clear(Instant now)
    {
        _lastClean = now;
        _wanted = Instant.Never;
        if (_phase == Phase.Cleared)
        {
            return default;
        }

        GateState before = State;
        _phase = Phase.Cleared;
        return new GateStep(GateCause.Clean, State != before);
    }

    private GateStep Suspect(Instant now)
    {
        (_clean, _suspect) = (0, 0);
        return Move(Phase.Burst, GateCause.Suspect, _isPaused ? 0 : _policy.BurstFrames, now);
    }

    /// <summary>A frame of the burst.</summary>
    private GateStep Count(Verdict verdict, Instant now)
    {
        _clean += verdict == Verdict.Clean ? 1 : 0;
        _suspect += verdict == Verdict.Suspect ? 1 : 0;
        if (_suspect >= _policy.BurstConfirms)
        {
            return Confirm(now);
        }

        // Open as soon as the rest of the burst cannot confirm it any more.
        return _clean > _policy.BurstFrames - _policy.BurstConfirms ? Clear(now) : default;
    }

    private GateStep Confirm(Instant now)
    {
        bool blocks = (_policy.Actions & (ConfirmedActions.Mute | ConfirmedActions.EndPair)) != ConfirmedActions.None;
        Phase next = blocks ? Phase.Blocked : Holds ? Phase.Waiting : Phase.Cleared;
        return Move(next, GateCause.Confirmed, blocks ? 0 : 1, now) with { Actions = _policy.Actions };
    }

    /// <summary>What was seen before says nothing any more; a suspicion and a block stay.</summary>
    private GateStep Restart(GateCause cause, int frames, Instant now)
    {
        if (_phase == Phase.Blocked)
        {
            return default;
        }

        (_clean, _suspect) = (0, 0);
        Phase next = _phase == Phase.Burst ? Phase.Burst : Holds ? Phase.Unseen : Phase.Cleared;
        return Move(next, cause, frames, now);
    }

    /// <summary>Into a phase in which only frames that are taken from now on count.</summary>
    private GateStep Move(Phase phase, GateCause cause, int frames, Instant now)
    {
        GateState before = State;
        _phase = phase;
        Generation++;
        _wanted = Instant.Never;
        RestartRetry(now);
        return new GateStep(cause, State != before, frames);
    }

    private void RestartRetry(Instant now) => (_asked, _retry) = (now, _policy.Retry);
}

using Relay.Core.Pairing;
using Relay.Core.Primitives;

namespace Relay.Core.Tests.Pairing;

/// <summary>An engine, a clock that only the test moves, and the effects of the last step.</summary>
internal sealed class PairingScene(PairingLimits? limits = null)
{
    public PairingEngine Engine { get; } = new(limits ?? new PairingLimits { MaxSessions = 1000 }, new SeededRandomSource(1));

    public Instant Now { get; private set; } = new(1_000_000);

    /// <summary>A session with a socket.</summary>
    public SessionKey Ready(ModeSet modes = ModeSet.All)
    {
        SessionKey key = Engine.HandleOpened(modes, Now);
        Engine.HandleSocketOpened(key, Now);
        Effects();
        return key;
    }

    /// <summary>A session with a socket and a connected leg.</summary>
    public SessionKey WithLeg(int pool = 0)
    {
        SessionKey key = Ready();
        Engine.HandleLegOpened(key, pool, Now);
        Engine.HandleLegConnected(key, Now);
        Effects();
        return key;
    }

    public SessionKey Queued(PairingMode mode, int pool = 0)
    {
        SessionKey key = mode == PairingMode.Text ? Ready() : WithLeg(pool);
        Send(key, new SessionMessage(SessionMessageKind.Enqueue, mode));
        return key;
    }

    public (SessionKey First, SessionKey Second) Paired(PairingMode mode)
    {
        SessionKey first = Queued(mode);
        return (first, Queued(mode));
    }

    public PairingError Send(SessionKey key, SessionMessage message, bool keepEffects = false)
    {
        PairingError error = Engine.HandleMessage(key, message, Now);
        if (!keepEffects)
        {
            Effects();
        }

        return error;
    }

    public void Wait(TimeSpan time)
    {
        Now += time;
        Engine.HandleTimeout(Now);
    }

    public SessionState State(SessionKey key) => Engine.TryGet(key, out SessionView view) ? view.State : SessionState.Closed;

    /// <summary>Everything the engine wants done, oldest first.</summary>
    public List<PairingEffect> Effects()
    {
        var effects = new List<PairingEffect>();
        while (Engine.TryDequeueEffect(out PairingEffect effect))
        {
            effects.Add(effect);
        }

        return effects;
    }

    /// <summary>The kinds of effects for one session, oldest first.</summary>
    public static string Kinds(IEnumerable<PairingEffect> effects, SessionKey key) =>
        string.Join(' ', effects.Where(effect => effect.Session == key).Select(effect => effect.Kind));
}

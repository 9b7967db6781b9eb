using Relay.Core.Diagnostics;
using Relay.Core.Pairing;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Pairing;

/// <summary>Random visits by many sessions, with everything that must always hold checked after each step.</summary>
public class PairBookTests
{
    private const int Steps = 20_000;
    private const int Pools = 3;
    private const int MaxSessions = 40;

    private readonly Dictionary<SessionKey, bool> _paired = [];
    private readonly HashSet<SessionKey> _alive = [];
    private int _pairsMade;
    private int _gone;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_must_hold_holds_through_random_visits(int seed)
    {
        var random = new Random(seed);
        var engine = new PairingEngine(
            new PairingLimits { MaxSessions = MaxSessions, Pools = Pools }, new SeededRandomSource(seed));
        Instant now = Instant.Zero;
        for (int step = 0; step < Steps; step++)
        {
            now += TimeSpan.FromMilliseconds(random.Next(500));
            SessionKey leaver = Step(engine, random, now);
            Follow(engine, leaver);
            Check(engine);
        }

        Assert.True(_pairsMade > 100, $"only {_pairsMade} pairs in {Steps} steps");
        Assert.True(_gone > 100, $"only {_gone} partners gone in {Steps} steps");
        foreach (SessionKey key in _alive.ToArray())
        {
            engine.HandleLeft(key, now);
            Follow(engine, key);
        }

        Assert.Empty(_alive);
        Assert.Equal(0, engine.Counters.AllPairs);
        Assert.Equal(0, engine.Sessions.Count);
        Assert.Equal(0, engine.Timers.Count);
        Assert.Equal(Instant.Never, engine.NextTimeout);
    }

    private SessionKey Step(PairingEngine engine, Random random, Instant now)
    {
        int what = random.Next(20);
        if (_alive.Count == 0 || what == 0)
        {
            SessionKey opened = engine.HandleOpened(random.Next(5) == 0 ? ModeSet.Text : ModeSet.All, now);
            if (!opened.IsNone)
            {
                _alive.Add(opened);
                engine.HandleSocketOpened(opened, now);
            }

            return default;
        }

        SessionKey key = _alive.ElementAt(random.Next(_alive.Count));
        switch (what)
        {
            case 1:
                engine.HandleSocketClosed(key, left: random.Next(3) == 0, now);
                return key;
            case 2 or 3:
                engine.HandleSocketOpened(key, now);
                return default;
            case 4 or 5:
                if (engine.TryGet(key, out SessionView view) && view.State != SessionState.Paired)
                {
                    engine.HandleLegOpened(key, view.RenewPool ?? random.Next(Pools), now);
                }

                return default;
            case 6 or 7 or 8:
                engine.HandleLegConnected(key, now);
                return default;
            case 9:
                engine.HandleLegClosed(key, CloseReason.ConsentExpired, now);
                return key;
            case 10 or 11:
                engine.HandleTimeout(now);
                return default;
            case 12 when random.Next(10) == 0:
                engine.HandleLeft(key, now);
                return key;
            default:
                var kind = (SessionMessageKind)random.Next(7);
                engine.HandleMessage(key, new SessionMessage(kind, (PairingMode)random.Next(3), "text", On: true), now);
                return key;
        }
    }

    /// <summary>Plays the host: what the effects say must fit together with what they said before.</summary>
    private void Follow(PairingEngine engine, SessionKey leaver)
    {
        var endedByItself = new HashSet<SessionKey>();
        while (engine.TryDequeueEffect(out PairingEffect effect))
        {
            Assert.Contains(effect.Session, _alive);
            switch (effect.Kind)
            {
                case PairingEffectKind.Paired:
                    Assert.True(_paired.TryAdd(effect.Session, true), "paired while paired");
                    _pairsMade++;
                    break;
                case PairingEffectKind.PartnerGone:
                    Assert.True(_paired.Remove(effect.Session), "partner gone without a partner");
                    _gone++;
                    break;
                case PairingEffectKind.Chat or PairingEffectKind.Typing:
                    Assert.Contains(effect.Session, _paired.Keys);
                    break;
                case PairingEffectKind.Idle or PairingEffectKind.Queued:
                    // Who ends a pair itself hears this instead of partner.gone.
                    if (_paired.Remove(effect.Session))
                    {
                        Assert.Equal(leaver, effect.Session);
                        endedByItself.Add(effect.Session);
                    }

                    break;
                case PairingEffectKind.SessionClosed:
                    _paired.Remove(effect.Session);
                    Assert.True(_alive.Remove(effect.Session));
                    break;
            }
        }

        Assert.True(endedByItself.Count <= 1);
    }

    private void Check(PairingEngine engine)
    {
        int[] waiting = new int[PairingModes.Count];
        int[] paired = new int[PairingModes.Count];
        Assert.Equal(_alive.Count, engine.Sessions.Count);
        Assert.Equal(_alive.Count, engine.Counters.Sessions);
        foreach (Session session in engine.Sessions.All())
        {
            Assert.Contains(session.Key, _alive);
            Assert.Equal(session.State == SessionState.Paired, session.Partner is not null);
            Assert.Equal(session.State == SessionState.Paired, _paired.ContainsKey(session.Key));
            Assert.Equal(session is { State: SessionState.Queued, HasSocket: true }, session.Waiting);
            Assert.Equal(session.HasSocket, session.SocketDeadline == Instant.Never);
            if (session.Partner is { } partner)
            {
                paired[(int)session.Mode]++;
                Assert.NotSame(session, partner);
                Assert.Same(session, partner.Partner);
                Assert.Equal(session.Pool, partner.Pool);
                Assert.Equal(session.PairRef, partner.PairRef);
                Assert.Equal(session.Mode, partner.Mode);
            }

            if (session.State is SessionState.Queued or SessionState.Paired && session.Mode.NeedsLeg())
            {
                Assert.Equal(LegState.Connected, session.Leg);
            }

            if (session.Waiting)
            {
                waiting[(int)session.Mode]++;
                Assert.Null(engine.Matchmaker.FindPartner(session));
            }
        }

        for (int i = 0; i < PairingModes.Count; i++)
        {
            Assert.Equal(waiting[i], engine.Matchmaker.Waiting((PairingMode)i));
            Assert.Equal(waiting[i], engine.Counters.Waiting((PairingMode)i));
            Assert.Equal(paired[i], 2 * engine.Counters.Pairs((PairingMode)i));
        }
    }
}

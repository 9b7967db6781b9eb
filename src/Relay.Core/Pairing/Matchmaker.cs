using Relay.Core.Diagnostics;

namespace Relay.Core.Pairing;

/// <summary>
/// The waiting sessions: one queue per mode and pool, ordered by ticket, so that whoever asked first is met first. Text has
/// one pool; voice and video have one per worker, because both legs of a pair must live on the same.
/// </summary>
internal sealed class Matchmaker
{
    private readonly SortedSet<Session>[] _queues;
    private readonly int _pools;

    public Matchmaker(int pools)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pools, 1);
        _pools = pools;
        _queues = new SortedSet<Session>[PairingModes.Count * pools];
        for (int i = 0; i < _queues.Length; i++)
        {
            _queues[i] = new SortedSet<Session>(ByTicket.Instance);
        }
    }

    /// <summary>Sessions waiting in a mode, over all pools.</summary>
    public int Waiting(PairingMode mode)
    {
        int count = 0;
        for (int pool = 0; pool < _pools; pool++)
        {
            count += Queue(mode, pool).Count;
        }

        return count;
    }

    public void Add(Session session)
    {
        Invariant.Holds(!session.Waiting, "a session waits once");
        session.Waiting = Queue(session).Add(session);
        Invariant.Holds(session.Waiting, "tickets are unique");
    }

    public void Remove(Session session)
    {
        if (session.Waiting)
        {
            Invariant.Holds(Queue(session).Remove(session), "a waiting session is in its queue");
            session.Waiting = false;
        }
    }

    /// <summary>
    /// Whom the waiting session should meet: the first in its queue that is not its last partner; its last partner only if
    /// nobody else waits. Null if it is alone.
    /// </summary>
    public Session? FindPartner(Session session)
    {
        Session? lastPartner = null;
        foreach (Session other in Queue(session))
        {
            if (ReferenceEquals(other, session))
            {
                continue;
            }

            if (other.Key != session.LastPartner && session.Key != other.LastPartner)
            {
                return other;
            }

            lastPartner ??= other;
        }

        return lastPartner;
    }

    /// <summary>
    /// Where a session that is alone in its pool should move: to the first of its mode that waits in another pool and came
    /// before it. Only the later one moves, so two never swap places; nobody moves towards one that moves itself.
    /// </summary>
    public Session? FindRenewTarget(Session session)
    {
        Session? best = null;
        for (int pool = 0; pool < _pools; pool++)
        {
            Session? first = Queue(session.Mode, pool).Min;
            if (first is not null
                && pool != session.Pool
                && first.Ticket < session.Ticket
                && first.RenewPool == Session.NoPool
                && (best is null || first.Ticket < best.Ticket))
            {
                best = first;
            }
        }

        return best;
    }

    private SortedSet<Session> Queue(Session session) => Queue(session.Mode, session.Pool);

    private SortedSet<Session> Queue(PairingMode mode, int pool) =>
        _queues[((int)mode * _pools) + (pool == Session.NoPool ? 0 : pool)];

    private sealed class ByTicket : IComparer<Session>
    {
        public static readonly ByTicket Instance = new();

        public int Compare(Session? x, Session? y) => (x?.Ticket ?? 0).CompareTo(y?.Ticket ?? 0);
    }
}

namespace Relay.Core.Pairing;

/// <summary>All sessions alive: a slot table with generations, so that a stale key names nothing.</summary>
internal sealed class SessionTable
{
    private readonly int _maxSessions;
    private readonly List<Session?> _slots = [];
    private readonly List<uint> _generations = [];
    private readonly Stack<int> _free = new();

    public SessionTable(int maxSessions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxSessions, 1);
        _maxSessions = maxSessions;
    }

    public int Count { get; private set; }

    /// <summary>A new session, or null if the table is full.</summary>
    public Session? Add(ModeSet modes)
    {
        if (Count >= _maxSessions)
        {
            return null;
        }

        if (!_free.TryPop(out int slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
            _generations.Add(0);
        }

        // Generation 0 means "none", so the count skips it when it wraps.
        uint generation = unchecked(_generations[slot] + 1);
        generation = generation == 0 ? 1 : generation;
        _generations[slot] = generation;
        var session = new Session(new SessionKey(slot, generation), modes);
        _slots[slot] = session;
        Count++;
        return session;
    }

    /// <summary>The session of a key, or null if it is gone.</summary>
    public Session? Find(SessionKey key)
    {
        if (key.IsNone || (uint)key.Slot >= (uint)_slots.Count)
        {
            return null;
        }

        Session? session = _slots[key.Slot];
        return session is not null && session.Key == key ? session : null;
    }

    public void Remove(Session session)
    {
        if (Find(session.Key) is not null)
        {
            _slots[session.Key.Slot] = null;
            _free.Push(session.Key.Slot);
            Count--;
        }
    }

    /// <summary>Every session alive, in the order of slots.</summary>
    public IEnumerable<Session> All()
    {
        foreach (Session? session in _slots)
        {
            if (session is not null)
            {
                yield return session;
            }
        }
    }
}

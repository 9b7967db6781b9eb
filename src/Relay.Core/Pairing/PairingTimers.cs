using Relay.Core.Primitives;

namespace Relay.Core.Pairing;

/// <summary>What a session can wait for.</summary>
internal enum PairingTimer : byte
{
    /// <summary>The session ends if no socket comes.</summary>
    Socket,

    /// <summary>Look whether the session should move to another pool.</summary>
    Renew,
}

/// <summary>The deadlines of all sessions in order; at most one of each kind per session.</summary>
internal sealed class PairingTimers
{
    private readonly SortedSet<Entry> _entries = [];

    public Instant Next => _entries.Count == 0 ? Instant.Never : _entries.Min.At;

    public int Count => _entries.Count;

    /// <summary>Sets or moves the session's timer; <see cref="Instant.Never"/> takes it away.</summary>
    public void Set(Session session, PairingTimer timer, Instant at)
    {
        Instant old = Deadline(session, timer);
        if (old != Instant.Never)
        {
            _entries.Remove(new Entry(old, session.Key.Slot, timer, session.Key));
        }

        if (at != Instant.Never)
        {
            _entries.Add(new Entry(at, session.Key.Slot, timer, session.Key));
        }

        SetDeadline(session, timer, at);
    }

    /// <summary>The earliest timer that is due; it stays until it is set again.</summary>
    public bool TryPeekDue(Instant now, out SessionKey session, out PairingTimer timer)
    {
        if (_entries.Count == 0 || _entries.Min.At > now)
        {
            (session, timer) = (default, default);
            return false;
        }

        Entry first = _entries.Min;
        (session, timer) = (first.Key, first.Timer);
        return true;
    }

    private static Instant Deadline(Session session, PairingTimer timer) =>
        timer == PairingTimer.Socket ? session.SocketDeadline : session.RenewDeadline;

    private static void SetDeadline(Session session, PairingTimer timer, Instant at)
    {
        if (timer == PairingTimer.Socket)
        {
            session.SocketDeadline = at;
        }
        else
        {
            session.RenewDeadline = at;
        }
    }

    private readonly record struct Entry(Instant At, int Slot, PairingTimer Timer, SessionKey Key) : IComparable<Entry>
    {
        public int CompareTo(Entry other)
        {
            int order = At.CompareTo(other.At);
            order = order != 0 ? order : Slot.CompareTo(other.Slot);
            return order != 0 ? order : Timer.CompareTo(other.Timer);
        }

        public static bool operator <(Entry left, Entry right) => left.CompareTo(right) < 0;

        public static bool operator >(Entry left, Entry right) => left.CompareTo(right) > 0;

        public static bool operator <=(Entry left, Entry right) => left.CompareTo(right) <= 0;

        public static bool operator >=(Entry left, Entry right) => left.CompareTo(right) >= 0;
    }
}

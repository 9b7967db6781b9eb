using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Whom an allocation's client has permitted to send to it (RFC 8656 section 9): addresses without ports, for 300 s each.
/// Few, so they are searched one by one, beginning with the one found last.
/// </summary>
internal sealed class PermissionTable
{
    /// <summary>RFC 8656 section 9.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(300);

    private const int FirstCapacity = 2;

    private readonly int _max;
    private Entry[] _entries = new Entry[FirstCapacity];
    private int _last;

    public PermissionTable(int max) => _max = max;

    public int Count { get; private set; }

    /// <summary>When the next permission ends.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = Instant.Never;
            foreach (ref readonly Entry entry in _entries.AsSpan(0, Count))
            {
                next = Instant.Min(next, entry.ExpiresAt);
            }

            return next;
        }
    }

    /// <summary>True if packets to and from this address may pass, whatever the port.</summary>
    public bool Allows(in TransportAddress peer, Instant now) =>
        TryFind(peer.Address, out int index) && _entries[index].ExpiresAt > now;

    /// <summary>True if it is there, expired or not.</summary>
    public bool Contains(in TransportAddress peer) => TryFind(peer.Address, out _);

    /// <summary>Whether so many more addresses have room.</summary>
    public bool HasRoomFor(int more) => Count + more <= _max;

    /// <summary>Installs or refreshes; false, and nothing changes, if there are as many as there may be.</summary>
    public bool TryRefresh(in TransportAddress peer, Instant now)
    {
        if (!TryFind(peer.Address, out int index))
        {
            if (Count == _max)
            {
                return false;
            }

            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Math.Min(_max, 2 * Count));
            }

            index = Count++;
            _entries[index].Address = peer.Address;
            _entries[index].IsIPv4 = peer.IsIPv4;
        }

        _entries[index].ExpiresAt = now + Lifetime;
        return true;
    }

    public void RemoveExpired(Instant now)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_entries[i].ExpiresAt <= now)
            {
                RemoveAt(i);
            }
        }
    }

    /// <summary>Forgets all addresses of one family.</summary>
    public void RemoveFamily(bool isIPv6)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_entries[i].IsIPv4 != isIPv6)
            {
                RemoveAt(i);
            }
        }
    }

    private void RemoveAt(int index)
    {
        _entries[index] = _entries[--Count];
        _entries[Count] = default;
    }

    private bool TryFind(UInt128 address, out int index)
    {
        index = _last;
        if (index < Count && _entries[index].Address == address)
        {
            return true;
        }

        for (index = 0; index < Count; index++)
        {
            if (_entries[index].Address == address)
            {
                _last = index;
                return true;
            }
        }

        return false;
    }

    private struct Entry
    {
        public UInt128 Address;
        public Instant ExpiresAt;
        public bool IsIPv4;
    }
}

using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>
/// Whom an allocation's client has permitted to send to it (RFC 8656 section 9): addresses without ports, for 300 s each.
/// Few, so they are searched one by one, beginning with the one found last. On a port that the allocation shares, a peer is
/// claimed as long as it is permitted.
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

    /// <summary>The allocation's part in a shared IPv4 port; null if it has one of its own.</summary>
    public PortShare? ShareIPv4 { get; set; }

    /// <summary>The same for IPv6.</summary>
    public PortShare? ShareIPv6 { get; set; }

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
        TryFind(peer.Address, PortOf(peer), out int index) && _entries[index].ExpiresAt > now;

    /// <summary>True if it is there, expired or not.</summary>
    public bool Contains(in TransportAddress peer) => TryFind(peer.Address, PortOf(peer), out _);

    /// <summary>True if one permission is for both.</summary>
    public bool CountsAsOne(in TransportAddress peer, in TransportAddress other) =>
        peer.Address == other.Address && PortOf(peer) == PortOf(other);

    /// <summary>True if no other allocation has the peer on a port that this one shares.</summary>
    public bool MayClaim(in TransportAddress peer) => Share(peer.IsIPv4) is not { } share || share.MayHave(peer);

    /// <summary>Whether so many more addresses have room.</summary>
    public bool HasRoomFor(int more) => Count + more <= _max;

    /// <summary>
    /// Installs or refreshes; false, and nothing changes, if there are as many as there may be, or if the peer is another's.
    /// </summary>
    /// <param name="peer">The peer.</param>
    /// <param name="now">The time.</param>
    /// <param name="isOwnMedia">It is the relay itself, which tells allocations apart without their ports.</param>
    public bool TryRefresh(in TransportAddress peer, Instant now, bool isOwnMedia = false)
    {
        ushort port = PortOf(peer);
        bool isFound = TryFind(peer.Address, port, out int index);
        PortShare? share = isOwnMedia ? null : Share(peer.IsIPv4);
        if ((!isFound && Count == _max) || (share is not null && !share.TryClaim(peer)))
        {
            return false;
        }

        if (!isFound)
        {
            if (Count == _entries.Length)
            {
                Array.Resize(ref _entries, Math.Min(_max, 2 * Count));
            }

            index = Count++;
            _entries[index].Address = peer.Address;
            _entries[index].Port = port;
            _entries[index].IsIPv4 = peer.IsIPv4;
        }

        _entries[index].ExpiresAt = now + Lifetime;
        _entries[index].IsClaimed |= share is not null;
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

    private PortShare? Share(bool isIPv4) => isIPv4 ? ShareIPv4 : ShareIPv6;

    private ushort PortOf(in TransportAddress peer) => Share(peer.IsIPv4) is { } share ? share.PortOf(peer) : (ushort)0;

    private void RemoveAt(int index)
    {
        ref readonly Entry entry = ref _entries[index];
        if (entry.IsClaimed)
        {
            Share(entry.IsIPv4)!.GiveUp(new TransportAddress(entry.Address, entry.Port));
        }

        _entries[index] = _entries[--Count];
        _entries[Count] = default;
    }

    private bool TryFind(UInt128 address, ushort port, out int index)
    {
        index = _last;
        if (index < Count && _entries[index].Address == address && _entries[index].Port == port)
        {
            return true;
        }

        for (index = 0; index < Count; index++)
        {
            if (_entries[index].Address == address && _entries[index].Port == port)
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

        /// <summary>0, or the one port that is permitted: see <see cref="PortShare.PortOf"/>.</summary>
        public ushort Port;

        /// <summary>The peer is the allocation's on a shared port.</summary>
        public bool IsClaimed;
        public bool IsIPv4;
    }
}

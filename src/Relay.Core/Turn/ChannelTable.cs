using Relay.Core.Primitives;

namespace Relay.Core.Turn;

/// <summary>One channel of an allocation (RFC 8656 section 12).</summary>
internal struct Channel
{
    public TransportAddress Peer;
    public Instant ExpiresAt;
    public ushort Number;

    /// <summary>What the policy said of the peer when the channel was bound.</summary>
    public PeerVerdict Verdict;
}

/// <summary>
/// An allocation's channels: numbers that stand for peers, for 10 minutes each. Few, so they are searched one by one.
/// </summary>
internal sealed class ChannelTable
{
    /// <summary>RFC 8656 section 12.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    private const int FirstCapacity = 2;

    private readonly int _max;
    private Channel[] _channels = new Channel[FirstCapacity];
    private int _lastNumber;
    private int _lastPeer;

    public ChannelTable(int max) => _max = max;

    public int Count { get; private set; }

    /// <summary>When the next channel ends.</summary>
    public Instant NextTimeout
    {
        get
        {
            Instant next = Instant.Never;
            foreach (ref readonly Channel channel in _channels.AsSpan(0, Count))
            {
                next = Instant.Min(next, channel.ExpiresAt);
            }

            return next;
        }
    }

    public bool HasRoom => Count < _max;

    /// <summary>The channel with this number.</summary>
    public bool TryFind(ushort number, out Channel channel)
    {
        int index = _lastNumber < Count && _channels[_lastNumber].Number == number ? _lastNumber : IndexOf(number);
        channel = index < 0 ? default : _channels[index];
        _lastNumber = Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>The channel to this peer.</summary>
    public bool TryFind(in TransportAddress peer, out Channel channel)
    {
        int index = _lastPeer < Count && _channels[_lastPeer].Peer == peer ? _lastPeer : IndexOf(peer);
        channel = index < 0 ? default : _channels[index];
        _lastPeer = Math.Max(index, 0);
        return index >= 0;
    }

    /// <summary>
    /// Whether the number may be bound to the peer: neither belongs to another one (RFC 8656 section 12.2).
    /// </summary>
    public bool MayBind(ushort number, in TransportAddress peer)
    {
        int byNumber = IndexOf(number);
        return byNumber == IndexOf(peer);
    }

    /// <summary>Binds or refreshes what <see cref="MayBind"/> allows; false if there are as many as there may be.</summary>
    public bool TryBind(ushort number, in TransportAddress peer, PeerVerdict verdict, Instant now)
    {
        int index = IndexOf(number);
        if (index < 0)
        {
            if (Count == _max)
            {
                return false;
            }

            if (Count == _channels.Length)
            {
                Array.Resize(ref _channels, Math.Min(_max, 2 * Count));
            }

            index = Count++;
        }

        _channels[index] = new Channel { Number = number, Peer = peer, Verdict = verdict, ExpiresAt = now + Lifetime };
        return true;
    }

    public void RemoveExpired(Instant now)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_channels[i].ExpiresAt <= now)
            {
                _channels[i] = _channels[--Count];
            }
        }
    }

    /// <summary>Forgets all channels to peers of one family.</summary>
    public void RemoveFamily(bool isIPv6)
    {
        for (int i = Count - 1; i >= 0; i--)
        {
            if (_channels[i].Peer.IsIPv4 != isIPv6)
            {
                _channels[i] = _channels[--Count];
            }
        }
    }

    private int IndexOf(ushort number)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_channels[i].Number == number)
            {
                return i;
            }
        }

        return -1;
    }

    private int IndexOf(in TransportAddress peer)
    {
        for (int i = 0; i < Count; i++)
        {
            if (_channels[i].Peer == peer)
            {
                return i;
            }
        }

        return -1;
    }
}

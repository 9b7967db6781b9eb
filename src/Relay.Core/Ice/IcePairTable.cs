using Relay.Core.Primitives;

namespace Relay.Core.Ice;

/// <summary>One pair of a lite agent: the relay's port and a remote address that sent an authenticated request.</summary>
internal struct IcePair
{
    public bool InUse;

    public TransportAddress Remote;

    /// <summary>PRIORITY of the last request.</summary>
    public uint Priority;

    /// <summary>When the last request came that counted.</summary>
    public Instant LastRequest;

    /// <summary>The current generation's requests have nominated the pair.</summary>
    public bool Nominated;

    /// <summary>When it was nominated last; only meaningful if <see cref="Nominated"/>.</summary>
    public Instant LastNomination;

    /// <summary>The remote was a stream, and it has ended.</summary>
    public bool HasEnded;
}

/// <summary>
/// The validated remote addresses of one agent in a bounded number of slots, and the queue of those that were removed. The
/// owner drains the queue after every call; while it does not, nothing more is removed. Most legs have one address.
/// </summary>
internal sealed class IcePairTable
{
    /// <summary>No slot.</summary>
    public const int None = -1;

    private const int PairsAtFirst = 2;

    private readonly int _maxPairs;
    private IcePair[] _pairs;
    private TransportAddress[] _removed;
    private int _removedHead;
    private int _removedCount;

    public IcePairTable(int maxPairs)
    {
        _maxPairs = maxPairs;
        _pairs = new IcePair[Math.Min(maxPairs, PairsAtFirst)];

        // Single removals stop at one for each slot, which leaves room for RemoveAll.
        _removed = new TransportAddress[_pairs.Length * 2];
    }

    public ref IcePair this[int index] => ref _pairs[index];

    public int Find(in TransportAddress remote)
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].InUse && _pairs[i].Remote == remote)
            {
                return i;
            }
        }

        return None;
    }

    /// <summary>
    /// Takes a free slot, or the one silent for longest except <paramref name="keep"/>; <see cref="None"/> only if the
    /// owner has not drained the removed addresses.
    /// </summary>
    public int Add(in TransportAddress remote, int keep, Instant now)
    {
        int index = None;
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (!_pairs[i].InUse)
            {
                index = i;
                break;
            }

            if (i != keep && (index == None || _pairs[i].LastRequest < _pairs[index].LastRequest))
            {
                index = i;
            }
        }

        if (_pairs[index].InUse && _pairs.Length < _maxPairs)
        {
            index = _pairs.Length;
            Grow();
        }
        else if (_pairs[index].InUse && !TryRemove(index))
        {
            return None;
        }

        _pairs[index] = new IcePair { InUse = true, Remote = remote, LastRequest = now };
        return index;
    }

    public bool TryRemove(int index)
    {
        if (_removedCount >= _pairs.Length)
        {
            return false;
        }

        Remove(index);
        return true;
    }

    /// <summary>Removes what has been silent since <paramref name="cutoff"/>, except <paramref name="keep"/>.</summary>
    public void RemoveSilent(Instant cutoff, int keep)
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].InUse && i != keep && _pairs[i].LastRequest <= cutoff && !TryRemove(i))
            {
                return;
            }
        }
    }

    /// <summary>The remote was a stream, and it has ended: the pair is removed, except <paramref name="keep"/>.</summary>
    public void End(in TransportAddress remote, int keep)
    {
        int index = Find(remote);
        if (index != None)
        {
            _pairs[index].HasEnded = true;
            RemoveEnded(keep);
        }
    }

    /// <summary>Removes what has ended, except <paramref name="keep"/>.</summary>
    public void RemoveEnded(int keep)
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].HasEnded && i != keep && !TryRemove(i))
            {
                return;
            }
        }
    }

    /// <summary>The last request of the pair that is silent for longest, except <paramref name="keep"/>; Never if none.</summary>
    public Instant OldestRequest(int keep)
    {
        Instant oldest = Instant.Never;
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].InUse && i != keep)
            {
                oldest = Instant.Min(oldest, _pairs[i].LastRequest);
            }
        }

        return oldest;
    }

    /// <summary>Forgets nominations: a new generation makes its own.</summary>
    public void ClearNominations()
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            _pairs[i].Nominated = false;
        }
    }

    /// <summary>Removes every pair; called once until <see cref="Reset"/>.</summary>
    public void RemoveAll()
    {
        for (int i = 0; i < _pairs.Length; i++)
        {
            if (_pairs[i].InUse)
            {
                Remove(i);
            }
        }
    }

    public bool TryDequeueRemoved(out TransportAddress remote)
    {
        if (_removedCount == 0)
        {
            remote = default;
            return false;
        }

        remote = _removed[_removedHead];
        _removedHead = (_removedHead + 1) % _removed.Length;
        _removedCount--;
        return true;
    }

    public void Reset()
    {
        Array.Clear(_pairs);
        _removedHead = 0;
        _removedCount = 0;
    }

    private void Grow()
    {
        int length = Math.Min(2 * _pairs.Length, _maxPairs);
        var removed = new TransportAddress[2 * length];
        for (int i = 0; i < _removedCount; i++)
        {
            removed[i] = _removed[(_removedHead + i) % _removed.Length];
        }

        Array.Resize(ref _pairs, length);
        _removed = removed;
        _removedHead = 0;
    }

    private void Remove(int index)
    {
        _removed[(_removedHead + _removedCount) % _removed.Length] = _pairs[index].Remote;
        _removedCount++;
        _pairs[index] = default;
    }
}

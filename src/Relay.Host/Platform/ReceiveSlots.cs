using Relay.Core.Buffers;

namespace Relay.Host.Platform;

/// <summary>
/// The pool slots that wait to be filled by the next receive call. What a call leaves unused stays for the one after it, so
/// an idle socket costs the pool nothing.
/// </summary>
internal sealed class ReceiveSlots
{
    private readonly PacketPool _pool;
    private readonly PacketHandle[] _slots;

    public ReceiveSlots(PacketPool pool, int capacity)
    {
        _pool = pool;
        _slots = new PacketHandle[capacity];
    }

    public PacketHandle this[int index] => _slots[index];

    /// <summary>Has slots ready at 0, 1, 2 and so on, as far as the pool allows.</summary>
    /// <param name="wanted">At most the capacity.</param>
    /// <returns>How many are ready, at most <paramref name="wanted"/>.</returns>
    public int Prepare(int wanted)
    {
        int last = _slots.Length - 1;
        for (int i = 0; i < wanted; i++)
        {
            if (!_slots[i].IsNone || _pool.TryRent(PacketOwner.Receive, out _slots[i]))
            {
                continue;
            }

            while (last > i && _slots[last].IsNone)
            {
                last--;
            }

            if (last <= i)
            {
                return i;
            }

            _slots[i] = _slots[last];
            _slots[last] = default;
        }

        return wanted;
    }

    /// <summary>Hands a ready slot over.</summary>
    public PacketHandle Take(int index)
    {
        PacketHandle taken = _slots[index];
        _slots[index] = default;
        return taken;
    }

    public void Release()
    {
        for (int i = 0; i < _slots.Length; i++)
        {
            if (!_slots[i].IsNone)
            {
                _pool.Release(Take(i), PacketOwner.Receive);
            }
        }
    }
}

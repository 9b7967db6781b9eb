namespace Relay.Core.Primitives;

/// <summary>
/// One timer for each slot, earliest first: an indexed binary heap, so that setting a slot's timer again moves it
/// instead of adding another.
/// </summary>
public sealed class TimerHeap
{
    private const int Absent = -1;

    private readonly int[] _heap;
    private readonly int[] _positions;
    private readonly Instant[] _times;
    private int _count;

    public TimerHeap(int slots)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(slots, 1);
        _heap = new int[slots];
        _positions = new int[slots];
        _times = new Instant[slots];
        Array.Fill(_positions, Absent);
    }

    /// <summary>The earliest timer, <see cref="Instant.Never"/> if there is none.</summary>
    public Instant Next => _count == 0 ? Instant.Never : _times[_heap[0]];

    /// <summary>Sets the slot's timer; <see cref="Instant.Never"/> removes it.</summary>
    public void Set(int slot, Instant time)
    {
        int position = _positions[slot];
        if (position == Absent)
        {
            if (time != Instant.Never)
            {
                _times[slot] = time;
                _positions[slot] = _count;
                _heap[_count] = slot;
                MoveUp(_count++);
            }

            return;
        }

        if (time == Instant.Never)
        {
            Remove(position);
        }
        else if (_times[slot] != time)
        {
            _times[slot] = time;
            MoveUp(position);
            MoveDown(_positions[slot]);
        }
    }

    /// <summary>Takes the earliest slot whose time has come.</summary>
    public bool TryDequeueDue(Instant now, out int slot)
    {
        slot = _count == 0 ? Absent : _heap[0];
        if (slot == Absent || _times[slot] > now)
        {
            return false;
        }

        Remove(0);
        return true;
    }

    private void Remove(int position)
    {
        _positions[_heap[position]] = Absent;
        int last = _heap[--_count];
        if (position < _count)
        {
            Place(last, position);
            MoveUp(position);
            MoveDown(_positions[last]);
        }
    }

    private void MoveUp(int position)
    {
        int slot = _heap[position];
        while (position > 0 && _times[slot] < _times[_heap[(position - 1) / 2]])
        {
            Place(_heap[(position - 1) / 2], position);
            position = (position - 1) / 2;
        }

        Place(slot, position);
    }

    private void MoveDown(int position)
    {
        int slot = _heap[position];
        while ((2 * position) + 1 < _count)
        {
            int child = (2 * position) + 1;
            if (child + 1 < _count && _times[_heap[child + 1]] < _times[_heap[child]])
            {
                child++;
            }

            if (_times[slot] <= _times[_heap[child]])
            {
                break;
            }

            Place(_heap[child], position);
            position = child;
        }

        Place(slot, position);
    }

    private void Place(int slot, int position)
    {
        _heap[position] = slot;
        _positions[slot] = position;
    }
}

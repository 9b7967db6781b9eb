namespace Relay.Core.Engine;

/// <summary>
/// How values enter a worker: a bounded ring for many writers and one reader, without locks, so that a writer that is
/// descheduled half way never stops the packet thread (D. Vyukov's bounded queue). A full mailbox says so.
/// </summary>
public sealed class Mailbox<T>
    where T : struct
{
    private readonly Cell[] _cells;
    private readonly long _mask;
    private long _tail;
    private long _head;

    /// <param name="capacity">1 to 65,536 values, rounded up to a power of two of at least 2.</param>
    public Mailbox(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(capacity, 65_536);
        _cells = new Cell[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(capacity, 2))];
        _mask = _cells.Length - 1;
        for (int i = 0; i < _cells.Length; i++)
        {
            _cells[i].Turn = i;
        }
    }

    public int Capacity => _cells.Length;

    /// <summary>Adds a value, from any thread; false if the mailbox is full.</summary>
    public bool TryEnqueue(in T value)
    {
        long position = Volatile.Read(ref _tail);
        while (true)
        {
            ref Cell cell = ref _cells[position & _mask];
            long lag = Volatile.Read(ref cell.Turn) - position;
            if (lag < 0)
            {
                return false;
            }

            if (lag == 0 && Interlocked.CompareExchange(ref _tail, position + 1, position) == position)
            {
                cell.Value = value;
                Volatile.Write(ref cell.Turn, position + 1);
                return true;
            }

            position = Volatile.Read(ref _tail);
        }
    }

    /// <summary>Takes the oldest value; only the worker's own thread may call.</summary>
    public bool TryDequeue(out T value)
    {
        ref Cell cell = ref _cells[_head & _mask];
        if (Volatile.Read(ref cell.Turn) != _head + 1)
        {
            value = default;
            return false;
        }

        value = cell.Value;
        cell.Value = default;
        Volatile.Write(ref cell.Turn, _head + _cells.Length);
        _head++;
        return true;
    }

    private struct Cell
    {
        public long Turn;
        public T Value;
    }
}

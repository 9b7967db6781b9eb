using Relay.Core.Engine;

namespace Relay.Host.Workers;

/// <summary>
/// Which slots of each worker are taken. The control plane hands them out, since the slot is part of the ICE ufrag that
/// the answer carries; a slot is free again when its worker says that the transport is closed. Safe from any thread.
/// </summary>
internal sealed class LegTable
{
    private readonly Lock _lock = new();
    private readonly Stack<int>[] _free;
    private readonly uint[][] _generations;
    private readonly int _capacity;

    /// <param name="workers">How many workers.</param>
    /// <param name="capacity">Slots of each.</param>
    public LegTable(int workers, int capacity)
    {
        _capacity = capacity;
        _free = new Stack<int>[workers];
        _generations = new uint[workers][];
        for (int worker = 0; worker < workers; worker++)
        {
            _generations[worker] = new uint[capacity];
            _free[worker] = new Stack<int>(capacity);
            for (int slot = capacity - 1; slot >= 0; slot--)
            {
                _free[worker].Push(slot);
            }
        }
    }

    /// <summary>
    /// Where the next leg should live: workers are filled one after another up to the target, so that few users are not
    /// spread over pools in which nobody waits; beyond it the emptiest is taken.
    /// </summary>
    public int ChooseWorker(int target)
    {
        lock (_lock)
        {
            int emptiest = 0;
            for (int worker = 0; worker < _free.Length; worker++)
            {
                if (_capacity - _free[worker].Count < target)
                {
                    return worker;
                }

                if (_free[worker].Count > _free[emptiest].Count)
                {
                    emptiest = worker;
                }
            }

            return emptiest;
        }
    }

    /// <summary>Takes a free slot; false if the worker has none.</summary>
    public bool TryTake(int worker, out LegId leg)
    {
        lock (_lock)
        {
            if (!_free[worker].TryPop(out int slot))
            {
                leg = default;
                return false;
            }

            // Odd while taken, even while free: a generation names one life, and a stale one matches nothing.
            leg = new LegId(worker, slot, ++_generations[worker][slot]);
            return true;
        }
    }

    /// <summary>Takes as many free slots as the array is long; false, with none taken, if the worker has fewer.</summary>
    public bool TryTakeAll(int worker, LegId[] legs)
    {
        lock (_lock)
        {
            if (_free[worker].Count < legs.Length)
            {
                return false;
            }

            for (int i = 0; i < legs.Length; i++)
            {
                TryTake(worker, out legs[i]);
            }

            return true;
        }
    }

    /// <summary>Gives a slot back; does nothing if it was given back before.</summary>
    public void Release(LegId leg)
    {
        lock (_lock)
        {
            if (IsTaken(leg))
            {
                _generations[leg.Worker][leg.Slot]++;
                _free[leg.Worker].Push(leg.Slot);
            }
        }
    }

    /// <summary>True between <see cref="TryTake"/> and <see cref="Release"/>.</summary>
    public bool Contains(LegId leg)
    {
        lock (_lock)
        {
            return IsTaken(leg);
        }
    }

    public static TransportId ToTransport(LegId leg) => new(leg.Slot, leg.Generation);

    private bool IsTaken(LegId leg) =>
        (uint)leg.Worker < (uint)_generations.Length
        && (uint)leg.Slot < (uint)_capacity
        && _generations[leg.Worker][leg.Slot] == leg.Generation
        && (leg.Generation & 1) == 1;
}

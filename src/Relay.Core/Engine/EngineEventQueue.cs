using Relay.Core.Diagnostics;

namespace Relay.Core.Engine;

/// <summary>The events that wait for the control plane: a ring of fixed size. Used by one thread.</summary>
internal sealed class EngineEventQueue
{
    private readonly EngineEvent[] _ring;
    private int _head;
    private int _count;

    /// <param name="transportsMax">
    /// A transport says Connected and Closed once each, and its slot is not opened again before the caller has drained.
    /// </param>
    public EngineEventQueue(int transportsMax) => _ring = new EngineEvent[2 * transportsMax];

    public void Enqueue(in EngineEvent engineEvent)
    {
        Invariant.Holds(_count < _ring.Length, "events are drained before slots are opened again");
        _ring[(_head + _count++) % _ring.Length] = engineEvent;
    }

    public bool TryDequeue(out EngineEvent engineEvent)
    {
        if (_count == 0)
        {
            engineEvent = default;
            return false;
        }

        engineEvent = _ring[_head];
        _head = (_head + 1) % _ring.Length;
        _count--;
        return true;
    }
}

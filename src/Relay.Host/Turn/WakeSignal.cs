using System.Threading.Tasks.Sources;

namespace Relay.Host.Turn;

/// <summary>
/// An event that one task waits for and any thread sets, over and over. Setting neither blocks nor allocates, so a packet
/// thread may: the waiting task goes on in the thread pool. Events that come while nobody waits are one event; a wait may
/// also end for no reason, so who waits looks again.
/// </summary>
internal sealed class WakeSignal : IValueTaskSource, IThreadPoolWorkItem
{
    private const int Idle = 0;
    private const int IsSet = 1;
    private const int Waiting = 2;

    private ManualResetValueTaskSourceCore<bool> _source;
    private int _state;

    /// <summary>Ends the current or the next wait.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _state, IsSet) == Waiting)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>Ends with the next <see cref="Set"/>; at once if there was one since the last wait. One task at a time.</summary>
    public ValueTask WaitAsync()
    {
        _source.Reset();
        if (Interlocked.CompareExchange(ref _state, Waiting, Idle) == Idle)
        {
            return new ValueTask(this, _source.Version);
        }

        // Only the waiter leaves the state of being set, and it is not waiting.
        Interlocked.Exchange(ref _state, Idle);
        return ValueTask.CompletedTask;
    }

    void IThreadPoolWorkItem.Execute()
    {
        // What is set from here on is for the next wait; what was set before, the waiter sees when it looks.
        Interlocked.Exchange(ref _state, Idle);
        _source.SetResult(true);
    }

    void IValueTaskSource.GetResult(short token) => _source.GetResult(token);

    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _source.OnCompleted(continuation, state, token, flags);
}

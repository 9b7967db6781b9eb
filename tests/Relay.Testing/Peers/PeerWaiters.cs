namespace Relay.Testing.Peers;

/// <summary>Conditions that somebody waits for. Guarded by the peer's lock.</summary>
internal sealed class PeerWaiters
{
    private readonly List<(Func<bool> Condition, TaskCompletionSource Done)> _waiters = [];
    private Exception? _failure;

    public TaskCompletionSource Add(Func<bool> condition)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiters.Add((condition, done));
        Check();
        return done;
    }

    public void Remove(TaskCompletionSource done) => _waiters.RemoveAll(w => w.Done == done);

    /// <summary>The peer's thread has ended: nothing will ever hold again.</summary>
    public void Fail(Exception failure)
    {
        _failure = failure;
        Check();
    }

    public void Check()
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            Check(_waiters[i].Condition, _waiters[i].Done);
            if (_waiters[i].Done.Task.IsCompleted)
            {
                _waiters.RemoveAt(i);
            }
        }
    }

    private void Check(Func<bool> condition, TaskCompletionSource done)
    {
        if (_failure is not null)
        {
            done.TrySetException(_failure);
            return;
        }

        try
        {
            if (condition())
            {
                done.TrySetResult();
            }
        }
#pragma warning disable CA1031 // Whatever a test's condition throws belongs to the one who waits for it.
        catch (Exception e)
        {
            done.TrySetException(e);
        }
#pragma warning restore CA1031
    }
}

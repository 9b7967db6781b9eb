using Relay.Core.Primitives;
using Relay.Host.Platform;

namespace Relay.Host.Turn;

/// <summary>
/// What a connection must do, and by when. Looked at once a second by Kestrel's heartbeat, so that a connection has no timers
/// of its own.
/// </summary>
internal sealed class StreamWatch(Action abort)
{
    private readonly long[] _deadlines = CreateDeadlines();
    private int _expired;
    private Action? _stop;

    /// <summary>What was not done in time; <see cref="StreamOutcome.Done"/> if nothing.</summary>
    public StreamOutcome Expired => (StreamOutcome)Volatile.Read(ref _expired);

    /// <summary>Aborts with that outcome, unless <see cref="Met"/> is called, or this again, within the time.</summary>
    public void Expect(StreamOutcome otherwise, TimeSpan within) =>
        Volatile.Write(ref _deadlines[(int)otherwise], (MonotonicClock.Now + within).Ticks);

    public void Met(StreamOutcome otherwise) => Volatile.Write(ref _deadlines[(int)otherwise], long.MaxValue);

    /// <summary>
    /// Has this called as well once something is late, perhaps at once and twice: an abort wakes only who waits for the client.
    /// </summary>
    public void Stops(Action stop)
    {
        // Each side writes before it looks, so one of them sees the other.
        Interlocked.Exchange(ref _stop, stop);
        if (Expired != StreamOutcome.Done)
        {
            stop();
        }
    }

    /// <summary>Aborts if something is late; once.</summary>
    public void Check(Instant now)
    {
        for (int i = 0; i < _deadlines.Length; i++)
        {
            if (Volatile.Read(ref _deadlines[i]) <= now.Ticks)
            {
                if (Interlocked.CompareExchange(ref _expired, i, 0) == 0)
                {
                    abort();
                    Volatile.Read(ref _stop)?.Invoke();
                }

                return;
            }
        }
    }

    private static long[] CreateDeadlines()
    {
        long[] deadlines = new long[Enum.GetValues<StreamOutcome>().Length];
        Array.Fill(deadlines, long.MaxValue);
        return deadlines;
    }
}

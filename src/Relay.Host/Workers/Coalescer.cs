using Relay.Core.Primitives;

namespace Relay.Host.Workers;

/// <summary>
/// Decides whether a worker lets packets gather before its next receive call. Draining at once wakes the thread for every
/// packet and leaves nothing to share a system call; so while much arrives, little is taken at a time and the pause is
/// short, it is worth it. What arrives at an idle relay goes straight through.
/// </summary>
internal sealed class Coalescer
{
    /// <summary>
    /// A receive call that brought so many messages shares its price well enough: a sleep and its timer cost more than what
    /// is left to gain. Under full load this many wait anyway, and after a burst nothing follows.
    /// </summary>
    internal const int EnoughMessages = 4;

    /// <summary>
    /// Busy: so many messages are to be expected in one pause. With fewer, the sleep and its timer cost more than the system
    /// calls they save. Messages and not datagrams: what comes as a train shares everything already.
    /// </summary>
    internal const int BusyMessages = 3;

    /// <summary>How far back "busy" looks.</summary>
    internal static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(1);

    // A shorter sleep costs more than it brings.
    private static readonly TimeSpan PauseMin = TimeSpan.FromMicroseconds(5);

    private Instant _intervalStart;
    private long _arrived;
    private long _pauses;
    private bool _isBusy;

    /// <param name="pauseMax">From a receive call to the next at most; zero switches pauses off.</param>
    public Coalescer(TimeSpan pauseMax) => PauseMax = pauseMax;

    public TimeSpan PauseMax { get; }

    /// <summary>Pauses ever ordered; safe to read from any thread.</summary>
    public long Pauses => Volatile.Read(ref _pauses);

    /// <summary>How long to sleep before the next receive call; zero for not at all.</summary>
    /// <param name="messages">What the last receive call brought; a train is one.</param>
    /// <param name="received">When it did.</param>
    /// <param name="now">The time, all of it handled.</param>
    public TimeSpan HandleReceived(int messages, Instant received, Instant now)
    {
        _arrived += messages;
        TimeSpan elapsed = received - _intervalStart;
        if (elapsed >= Interval)
        {
            _isBusy = _arrived * PauseMax.Ticks >= BusyMessages * elapsed.Ticks;
            _intervalStart = received;
            _arrived = 0;
        }

        TimeSpan left = PauseMax - (now - received);
        if (!_isBusy || messages >= EnoughMessages || left < PauseMin)
        {
            return TimeSpan.Zero;
        }

        Volatile.Write(ref _pauses, _pauses + 1);
        return left;
    }
}

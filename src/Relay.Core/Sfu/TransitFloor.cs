using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// How late a source's packets are: compared with its fastest packets of the last seconds, by what their timestamps say.
/// A keyframe takes longer to encode and to send than other frames; who reckons from its arrival alone puts all that
/// follows it too far into the future.
/// </summary>
internal struct TransitFloor(int clockRate)
{
    /// <summary>The fastest packets of one to two windows count, so that clocks may drift and routes may change.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    /// <summary>More than this is no lateness but a source that stopped or jumped.</summary>
    private static readonly TimeSpan LatenessMax = TimeSpan.FromMilliseconds(500);

    private long _extended;
    private uint _lastTimestamp;
    private long _previousFloor;
    private long _currentFloor;
    private Instant _windowEnd;
    private bool _hasArrived;

    /// <summary>Takes a packet's timestamp and arrival.</summary>
    /// <returns>How much later it is than the fastest: 0 to 500 ms.</returns>
    public TimeSpan HandleArrival(uint timestamp, Instant now)
    {
        if (!_hasArrived)
        {
            _hasArrived = true;
            _lastTimestamp = timestamp;
            _previousFloor = _currentFloor = now.Ticks;
            _windowEnd = now + Window;
        }

        // The signed difference follows the timestamps over their wrap and back again for reordered packets.
        _extended += (int)(timestamp - _lastTimestamp);
        _lastTimestamp = timestamp;
        long transit = now.Ticks - (long)((Int128)_extended * TimeSpan.TicksPerSecond / clockRate);
        if (now >= _windowEnd)
        {
            bool isGap = now - _windowEnd >= Window;
            _previousFloor = isGap ? transit : _currentFloor;
            _currentFloor = transit;
            _windowEnd = now + Window;
        }

        _currentFloor = Math.Min(_currentFloor, transit);
        long lateness = transit - Math.Min(_previousFloor, _currentFloor);
        return new TimeSpan(Math.Min(lateness, LatenessMax.Ticks));
    }
}

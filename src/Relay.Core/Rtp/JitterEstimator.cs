using Relay.Core.Primitives;

namespace Relay.Core.Rtp;

/// <summary>
/// Interarrival jitter of one stream (RFC 3550 section 6.4.1 and appendix A.8), in integers. A mutable struct, meant to sit in
/// its stream's state: keep it in a field or array element, not in a copy.
/// </summary>
public struct JitterEstimator
{
    /// <summary>A transit change beyond this is a new timeline (the sender switched or slept), not jitter.</summary>
    public const int TransitChangeMaxSeconds = 5;

    private const int GainShift = 4;
    private const int Rounding = 8;

    private readonly uint _clockRateHz;
    private uint _transit;
    private ulong _scaledJitter;
    private bool _started;

    /// <param name="clockRateHz">RTP clock rate: 90,000 for video, 48,000 for Opus.</param>
    public JitterEstimator(uint clockRateHz)
    {
        _clockRateHz = clockRateHz;
    }

    /// <summary>The estimate in timestamp units, as a report block carries it.</summary>
    public readonly uint Jitter => (uint)Math.Min(_scaledJitter >> GainShift, uint.MaxValue);

    /// <summary>Takes one packet in.</summary>
    /// <param name="timestamp">The packet's RTP timestamp.</param>
    /// <param name="now">When it arrived.</param>
    public void Update(uint timestamp, Instant now)
    {
        uint transit = ToTimestampUnits(now) - timestamp;
        int change = (int)(transit - _transit);
        _transit = transit;
        if (!_started)
        {
            _started = true;
            return;
        }

        ulong magnitude = (ulong)Math.Abs((long)change);
        if (magnitude > (ulong)_clockRateHz * TransitChangeMaxSeconds)
        {
            return;
        }

        _scaledJitter = _scaledJitter + magnitude - ((_scaledJitter + Rounding) >> GainShift);
    }

    private readonly uint ToTimestampUnits(Instant instant)
    {
        // Seconds and rest apart: ticks times clock rate would overflow after a few weeks.
        long seconds = Math.DivRem(instant.Ticks, TimeSpan.TicksPerSecond, out long rest);
        return unchecked((uint)(seconds * _clockRateHz + rest * _clockRateHz / TimeSpan.TicksPerSecond));
    }
}

using System.Diagnostics;
using Relay.Core.Primitives;

namespace Relay.Host.Platform;

/// <summary>The host's source of <see cref="Instant"/>: never goes back, one epoch for all workers of the machine.</summary>
public static class MonotonicClock
{
    public static Instant Now => FromTimestamp(Stopwatch.GetTimestamp(), Stopwatch.Frequency);

    /// <summary>Converts a timestamp of a clock with that many steps a second, rounding down to 100 ns.</summary>
    internal static Instant FromTimestamp(long timestamp, long frequency) => frequency % TimeSpan.TicksPerSecond == 0
        ? new Instant(timestamp / (frequency / TimeSpan.TicksPerSecond))
        : new Instant((long)((Int128)timestamp * TimeSpan.TicksPerSecond / frequency));
}

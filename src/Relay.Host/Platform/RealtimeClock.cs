namespace Relay.Host.Platform;

/// <summary>The clock that the kernel's receive timestamps are of (CLOCK_REALTIME). It may step; for measuring only.</summary>
internal static class RealtimeClock
{
    /// <summary>Nanoseconds since 1970, in steps of 100.</summary>
    public static long Nanoseconds => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}

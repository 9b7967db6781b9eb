namespace Relay.Host.Tests.Api;

/// <summary>A clock that only the test moves. Timers are the system's.</summary>
internal sealed class ManualTime : TimeProvider
{
    private long _timestamp = TimeSpan.TicksPerDay;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Volatile.Read(ref _timestamp);

    public void Advance(TimeSpan time) => Interlocked.Add(ref _timestamp, time.Ticks);
}

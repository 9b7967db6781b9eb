using Relay.Core.Primitives;
using Relay.Host.Platform;

namespace Relay.Host.Api;

/// <summary>The API's clock: monotonic, and in tests the test's.</summary>
internal sealed class HostClock(TimeProvider time)
{
    private readonly TimeProvider _time = time;

    public TimeProvider Time => _time;

    public Instant Now => MonotonicClock.FromTimestamp(_time.GetTimestamp(), _time.TimestampFrequency);
}

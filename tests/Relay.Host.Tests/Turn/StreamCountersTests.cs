using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamCountersTests
{
    [Fact]
    public void Each_outcome_and_kind_is_counted_by_itself()
    {
        var counters = new StreamCounters();
        counters.Add(StreamOutcome.Stalled);
        counters.Add(StreamOutcome.Stalled);
        counters.AddOpened(StreamKind.Ice);
        counters.AddHandshake();
        Assert.All(
            Enum.GetValues<StreamOutcome>(),
            outcome => Assert.Equal(outcome == StreamOutcome.Stalled ? 2 : 0, counters[outcome]));
        Assert.Equal(1, counters.Opened(StreamKind.Ice));
        Assert.Equal(0, counters.Opened(StreamKind.Turn));
        Assert.Equal(1, counters.Handshakes);
    }
}

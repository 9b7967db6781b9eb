using Relay.Core.Diagnostics;
using Xunit;

namespace Relay.Core.Tests.Diagnostics;

public sealed class EngineCountersTests
{
    [Fact]
    public void Every_reason_is_counted_by_itself_and_in_the_sum()
    {
        var counters = new EngineCounters();
        DropReason[] reasons = [.. Enum.GetValues<DropReason>().Where(r => r != DropReason.None)];
        foreach (DropReason reason in reasons)
        {
            for (int i = 0; i < (int)reason; i++)
            {
                counters.CountDropped(reason);
            }
        }

        Assert.All(reasons, reason => Assert.Equal((int)reason, counters.Dropped(reason)));
        Assert.Equal(reasons.Sum(r => (long)r), counters.DroppedTotal());
    }

    [Fact]
    public void Each_figure_has_its_own_counter()
    {
        var counters = new EngineCounters();
        Action[] counts =
        [
            counters.CountReceived, counters.CountForwarded, counters.CountConsumed, counters.CountTransmitted,
            counters.CountRefused, counters.CountRetransmitted, counters.CountRecovered, () => counters.CountKeyframeRequest(KeyframeReason.Receiver),
            counters.CountNackSent,
        ];
        for (int i = 0; i < counts.Length; i++)
        {
            for (int times = 0; times <= i; times++)
            {
                counts[i]();
            }
        }

        Assert.Equal(
            [1, 2, 3, 4, 5, 6, 7, 8, 9],
            [
                counters.Received, counters.Forwarded, counters.Consumed, counters.Transmitted, counters.Refused,
                counters.Retransmitted, counters.Recovered, counters.KeyframeRequests(KeyframeReason.Receiver), counters.NacksSent,
            ]);
        Assert.Equal(0, counters.DroppedTotal());
    }
}

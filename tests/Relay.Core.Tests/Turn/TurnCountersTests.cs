using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnCountersTests
{
    [Fact]
    public void Everything_is_counted_by_itself()
    {
        var counters = new TurnCounters();
        counters.CountRequest();
        counters.CountOpened();
        counters.CountOpened();
        counters.CountClosed();
        counters.CountDrained();
        counters.CountSharedOpened();
        counters.CountSharedOpened();
        counters.CountSharedClosed();
        counters.CountFromClient(10);
        counters.CountToClient(20);
        counters.CountToClient(30);
        foreach (TurnRefusal refusal in Enum.GetValues<TurnRefusal>())
        {
            Assert.Equal(0, counters.Refused(refusal));
            counters.CountRefused(refusal);
            Assert.Equal(1, counters.Refused(refusal));
        }

        Assert.Equal(1, counters.SharedAddresses);
        Assert.Equal(
            [1, 1, 2, 1, 1, 10, 2, 50],
            new[]
            {
                counters.Requests, counters.Allocations, counters.AllocationsTotal, counters.AllocationsDrained,
                counters.MessagesFromClients, counters.BytesFromClients, counters.MessagesToClients, counters.BytesToClients,
            });
    }
}

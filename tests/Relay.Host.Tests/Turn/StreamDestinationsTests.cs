using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamDestinationsTests
{
    [Fact]
    public void A_worker_is_found_by_its_number_and_the_next_is_another()
    {
        var options = new StreamTableOptions { StreamsMax = 1 };
        StreamTable[] tables = [.. Enumerable.Range(0, 3).Select(_ => new StreamTable(options, () => { }))];
        var destinations = new StreamDestinations(tables);
        Assert.Same(tables[2], destinations.TryGet(2));
        Assert.Null(destinations.TryGet(3));
        Assert.Null(destinations.TryGet(StreamRoute.Unknown));
        Assert.Equal(3, Enumerable.Range(0, 3).Select(_ => destinations.Next()).Distinct().Count());
    }
}

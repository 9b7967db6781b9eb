using Relay.Host.Configuration;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class RelayPortPlanTests
{
    [Theory]
    // The defaults: descriptors are the limit.
    [InlineData(49_152, 65_535, 4096, 256, 1, 4096, 256)]
    [InlineData(49_152, 65_535, 4096, 256, 2, 4096, 256)]
    // More workers than the range is for: its parts are.
    [InlineData(49_152, 65_535, 4096, 256, 32, 384, 128)]
    // A range as for a container.
    [InlineData(50_000, 50_099, 4096, 256, 1, 75, 25)]
    [InlineData(50_000, 50_001, 4096, 256, 1, 2, 0)]
    // Nothing is shared: nothing is kept back, and who comes first is served.
    [InlineData(50_000, 50_099, 4096, 0, 2, 100, 0)]
    [InlineData(50_000, 50_099, 0, 10, 2, 0, 10)]
    public void A_workers_ports_are_within_the_options_and_its_part_of_the_range(
        int first, int last, int ownMax, int sharedMax, int workers, int own, int shared)
    {
        var options = new TurnServiceOptions
        {
            Peers = "public",
            RelayPortMin = first,
            RelayPortMax = last,
            OwnPortsPerWorker = ownMax,
            SharedPortsPerWorker = sharedMax,
        };
        Assert.Equal(new RelayPortPlan(own, shared), RelayPortPlan.Of(options, workers));
    }

    [Fact]
    public void Ports_that_are_only_names_are_as_many_as_there_are_for_each_worker()
    {
        var options = new TurnServiceOptions();
        Assert.Equal(new RelayPortPlan(16_384, 256), RelayPortPlan.Of(options, 32));
        Assert.Equal(16_384, RelayPortPlan.Of(new TurnServiceOptions { OwnPortsPerWorker = 0 }, 1).Own);
    }
}

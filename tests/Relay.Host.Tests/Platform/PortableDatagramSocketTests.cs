using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

[Collection(nameof(AloneInTheProcess))]
public class PortableDatagramSocketTests : DatagramSocketTests
{
    protected override bool UsePortable => true;

    [Fact]
    public void The_factory_picks_it_when_asked()
    {
        using var pool = new CheckedPool(64);
        using IDatagramSocket socket = Open("127.0.0.1", pool);
        Assert.IsType<PortableDatagramSocket>(socket);
    }

    [Fact]
    public void A_batch_each_way_allocates_nothing() => Assert.Equal(0, MeasureAllocation(200));
}

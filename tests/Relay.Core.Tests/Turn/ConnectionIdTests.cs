using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class ConnectionIdTests
{
    [Theory]
    [InlineData(0, 0xFF12_3456u, 0x0012_3456u)]
    [InlineData(63, 0u, 0x3F00_0000u)]
    [InlineData(255, uint.MaxValue, uint.MaxValue)]
    public void The_first_byte_is_the_worker(int worker, uint chance, uint id)
    {
        Assert.Equal(id, ConnectionId.Of(worker, chance));
        Assert.Equal(worker, ConnectionId.WorkerOf(id));
    }
}

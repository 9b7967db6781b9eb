using Relay.Core.Engine;
using Xunit;

namespace Relay.Core.Tests.Engine;

public sealed class EngineEventQueueTests
{
    [Fact]
    public void Events_come_out_in_order_round_after_round()
    {
        var queue = new EngineEventQueue(2);
        for (int round = 0; round < 5; round++)
        {
            for (int slot = 0; slot < 3; slot++)
            {
                queue.Enqueue(new EngineEvent { Kind = EngineEventKind.Closed, Transport = new TransportId(slot, 1) });
            }

            for (int slot = 0; slot < 3; slot++)
            {
                Assert.True(queue.TryDequeue(out EngineEvent told));
                Assert.Equal(slot, told.Transport.Slot);
            }

            Assert.False(queue.TryDequeue(out _));
        }
    }
}

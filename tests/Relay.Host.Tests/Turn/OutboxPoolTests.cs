using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class OutboxPoolTests
{
    [Fact]
    public void Rings_are_made_when_needed_kept_and_bounded()
    {
        var pool = new OutboxPool(2, 4096);
        Assert.True(pool.TryRent(out int first));
        Assert.Equal(1, pool.Made);
        byte[] bytes = pool.Ring(first);
        Assert.Equal(4096, bytes.Length);
        pool.Return(first);
        Assert.True(pool.TryRent(out int again));
        Assert.Same(bytes, pool.Ring(again));
        Assert.True(pool.TryRent(out int second));
        Assert.NotSame(bytes, pool.Ring(second));
        Assert.False(pool.TryRent(out _));
        Assert.Equal(2, pool.Made);
    }
}

using Relay.Core.Buffers;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class ReceiveSlotsTests
{
    [Fact]
    public void Unused_slots_are_kept_for_the_next_call()
    {
        var pool = new PacketPool(16, isChecked: true);
        var slots = new ReceiveSlots(pool, 8);
        Assert.Equal(8, slots.Prepare(8));
        Assert.Equal(8, slots.Prepare(8));
        Assert.Equal(8, pool.InUse);
        slots.Release();
        Assert.Equal(0, pool.InUse);
    }

    [Fact]
    public void Holes_are_filled_from_the_end_when_the_pool_is_empty()
    {
        var pool = new PacketPool(8, isChecked: true);
        var slots = new ReceiveSlots(pool, 8);
        slots.Prepare(8);
        PacketHandle[] taken = [slots.Take(0), slots.Take(1), slots.Take(4)];
        Assert.Equal(5, slots.Prepare(8));
        Assert.Equal(5, Enumerable.Range(0, 5).Select(i => slots[i]).Concat(taken).Where(p => !taken.Contains(p)).Distinct().Count());
        Assert.All(Enumerable.Range(0, 5), i => Assert.False(slots[i].IsNone));
        Assert.All(Enumerable.Range(5, 3), i => Assert.True(slots[i].IsNone));
        slots.Release();
        Assert.Equal(taken.Length, pool.InUse);
    }

    [Fact]
    public void Nothing_is_ready_when_everything_is_taken()
    {
        var pool = new PacketPool(2, isChecked: true);
        var slots = new ReceiveSlots(pool, 4);
        Assert.Equal(2, slots.Prepare(4));
        slots.Take(0);
        slots.Take(1);
        Assert.Equal(0, slots.Prepare(4));
    }
}

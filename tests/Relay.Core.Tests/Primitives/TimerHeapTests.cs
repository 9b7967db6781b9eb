using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class TimerHeapTests
{
    [Fact]
    public void An_empty_heap_never_wants_to_be_called()
    {
        var heap = new TimerHeap(1);
        Assert.Equal(Instant.Never, heap.Next);
        Assert.False(heap.TryDequeueDue(new Instant(long.MaxValue - 1), out _));
        heap.Set(0, Instant.Never);
        Assert.Equal(Instant.Never, heap.Next);
    }

    [Fact]
    public void A_timer_is_due_at_its_very_moment_and_then_gone()
    {
        var heap = new TimerHeap(2);
        heap.Set(1, new Instant(100));
        Assert.False(heap.TryDequeueDue(new Instant(99), out _));
        Assert.True(heap.TryDequeueDue(new Instant(100), out int slot));
        Assert.Equal(1, slot);
        Assert.False(heap.TryDequeueDue(new Instant(100), out _));
        Assert.Equal(Instant.Never, heap.Next);
    }

    [Fact]
    public void Random_operations_agree_with_a_model()
    {
        const int Slots = 40;
        var random = new Random(1);
        var heap = new TimerHeap(Slots);
        var model = new Instant[Slots];
        Array.Fill(model, Instant.Never);
        for (int i = 0; i < 200_000; i++)
        {
            if (random.Next(4) > 0)
            {
                int slot = random.Next(Slots);
                model[slot] = random.Next(5) == 0 ? Instant.Never : new Instant(random.Next(200));
                heap.Set(slot, model[slot]);
            }
            else
            {
                var now = new Instant(random.Next(200));
                Instant earliest = model.Min();
                Assert.Equal(earliest <= now, heap.TryDequeueDue(now, out int slot));
                if (earliest <= now)
                {
                    Assert.Equal(earliest, model[slot]);
                    model[slot] = Instant.Never;
                }
            }

            Assert.Equal(model.Min(), heap.Next);
        }
    }

    [Fact]
    public void A_heap_has_slots()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TimerHeap(0));
    }
}

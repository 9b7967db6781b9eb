using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class LegTableTests
{
    [Fact]
    public void Many_slots_are_taken_or_none()
    {
        var table = new LegTable(workers: 2, capacity: 4);
        Assert.True(table.TryTake(1, out LegId first));
        var legs = new LegId[4];
        Assert.False(table.TryTakeAll(1, legs));
        Assert.True(table.TryTakeAll(0, legs));
        Assert.Equal(4, legs.Distinct().Count());
        Assert.All(legs, leg => Assert.True(table.Contains(leg)));
        table.Release(first);
        Assert.True(table.TryTakeAll(1, legs));
    }

    [Fact]
    public void Slots_are_handed_out_from_the_first_until_none_is_left()
    {
        var legs = new LegTable(workers: 2, capacity: 3);
        Assert.Equal([0, 1, 2], Enumerable.Range(0, 3).Select(_ => Take(legs, 1).Slot));
        Assert.False(legs.TryTake(1, out LegId none));
        Assert.True(none.IsNone);
        Assert.Equal(0, Take(legs, 0).Slot);
    }

    [Fact]
    public void A_slot_comes_back_once_and_under_another_generation()
    {
        var legs = new LegTable(workers: 1, capacity: 1);
        LegId first = Take(legs, 0);
        Assert.True(legs.Contains(first));
        legs.Release(first);
        Assert.False(legs.Contains(first));
        LegId second = Take(legs, 0);
        Assert.Equal(first.Slot, second.Slot);
        Assert.NotEqual(first.Generation, second.Generation);

        // The old name frees nothing: the slot belongs to somebody else now.
        legs.Release(first);
        Assert.True(legs.Contains(second));
        Assert.False(legs.TryTake(0, out _));
    }

    [Fact]
    public void A_slot_given_back_twice_is_free_once()
    {
        var legs = new LegTable(workers: 1, capacity: 2);
        LegId leg = Take(legs, 0);
        Take(legs, 0);
        legs.Release(leg);
        legs.Release(leg);
        Take(legs, 0);
        Assert.False(legs.TryTake(0, out _));
    }

    [Theory]
    [InlineData(-1, 0, 1)]
    [InlineData(1, 0, 1)]
    [InlineData(0, -1, 1)]
    [InlineData(0, 2, 1)]
    [InlineData(0, 0, 0)]
    [InlineData(0, 0, 2)]
    public void A_name_that_was_never_given_is_no_leg(int worker, int slot, uint generation)
    {
        var legs = new LegTable(workers: 1, capacity: 2);
        Take(legs, 0);
        Assert.False(legs.Contains(new LegId(worker, slot, generation)));
        legs.Release(new LegId(worker, slot, generation));
        Assert.True(legs.Contains(new LegId(0, 0, 1)));
    }

    [Fact]
    public void Workers_are_filled_one_after_another_to_the_target_then_evenly()
    {
        var legs = new LegTable(workers: 3, capacity: 4);
        var placed = new List<int>();
        for (int i = 0; i < 12; i++)
        {
            int worker = legs.ChooseWorker(target: 2);
            placed.Add(worker);
            Take(legs, worker);
        }

        Assert.Equal([0, 0, 1, 1, 2, 2, 0, 1, 2, 0, 1, 2], placed);
    }

    [Fact]
    public void A_worker_below_the_target_is_filled_again_first()
    {
        var legs = new LegTable(workers: 2, capacity: 8);
        LegId[] taken = [Take(legs, 0), Take(legs, 0), Take(legs, 1)];
        Assert.Equal(1, legs.ChooseWorker(target: 2));
        legs.Release(taken[0]);
        Assert.Equal(0, legs.ChooseWorker(target: 2));
    }

    [Fact]
    public void Threads_never_get_the_same_slot()
    {
        var legs = new LegTable(workers: 1, capacity: 64);
        int[] holders = new int[64];
        Parallel.For(0, 20_000, _ =>
        {
            if (legs.TryTake(0, out LegId leg))
            {
                Assert.Equal(1, Interlocked.Increment(ref holders[leg.Slot]));
                Interlocked.Decrement(ref holders[leg.Slot]);
                legs.Release(leg);
            }
        });
        Assert.Equal(64, Enumerable.Range(0, 65).Count(_ => legs.TryTake(0, out LegId _)));
    }

    [Fact]
    public void The_engine_knows_a_leg_by_slot_and_generation() =>
        Assert.Equal(new Core.Engine.TransportId(5, 9), LegTable.ToTransport(new LegId(3, 5, 9)));

    private static LegId Take(LegTable legs, int worker)
    {
        Assert.True(legs.TryTake(worker, out LegId leg));
        Assert.Equal(worker, leg.Worker);
        Assert.False(leg.IsNone);
        return leg;
    }
}

using Relay.Core.Buffers;
using Xunit;

namespace Relay.Core.Tests.Buffers;

public sealed class SharedArraysTests
{
    [Fact]
    public void An_array_goes_from_one_to_the_next_and_is_made_once()
    {
        var arrays = new SharedArrays<int>(8, 2);
        Assert.True(arrays.TryRent(out int[]? first));
        Assert.Equal(8, first.Length);
        Assert.True(arrays.TryRent(out int[]? second));
        Assert.NotSame(first, second);
        Assert.Equal(2, arrays.InUse);
        Assert.False(arrays.TryRent(out _));
        arrays.Return(first);
        Assert.Equal(1, arrays.InUse);
        long before = GC.GetAllocatedBytesForCurrentThread();
        arrays.TryRent(out int[]? again);
        arrays.Return(again!);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Same(first, again);
    }

    [Fact]
    public void Those_made_at_once_cost_nothing_later()
    {
        var arrays = new SharedArrays<int>(8, 3, ready: 2);
        Assert.Equal(0, arrays.InUse);
        long before = GC.GetAllocatedBytesForCurrentThread();
        arrays.TryRent(out int[]? first);
        arrays.TryRent(out int[]? second);
        arrays.Return(first!);
        arrays.Return(second!);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(arrays.TryRent(out _) && arrays.TryRent(out _) && arrays.TryRent(out _));
        Assert.False(arrays.TryRent(out _));
    }

    [Fact]
    public void It_has_a_length_and_a_limit()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharedArrays<int>(0, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharedArrays<int>(1, 0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SharedArrays<int>(1, 1, ready: 2));
    }
}

using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class PortRangeTests
{
    [Fact]
    public void Every_port_of_the_range_is_drawn_once_and_no_other()
    {
        var range = new PortRange(1000, 1063, new SeededRandomSource(1));
        HashSet<ushort> drawn = [];
        List<ushort> order = [];
        while (range.TryDraw(isEven: false, withNext: false, out ushort port))
        {
            Assert.True(range.Contains(port));
            Assert.True(drawn.Add(port));
            range.Take(port, 5);
            order.Add(port);
        }

        Assert.Equal(64, drawn.Count);
        Assert.Equal(0, range.FreeCount);
        Assert.False(range.Contains(999));
        Assert.False(range.Contains(1064));
        int inARow = order.Zip(order.Skip(1)).Count(pair => pair.Second == pair.First + 1);
        Assert.InRange(inARow, 0, 40);
    }

    [Fact]
    public void However_few_are_left_one_is_as_likely_as_another()
    {
        var range = new PortRange(1000, 1063, new SeededRandomSource(1));
        for (ushort port = 1002; port < 1063; port++)
        {
            range.Take(port, 1);
        }

        Dictionary<ushort, int> times = [];
        for (int i = 0; i < 3000; i++)
        {
            Assert.True(range.TryDraw(isEven: false, withNext: false, out ushort port));
            times[port] = times.GetValueOrDefault(port) + 1;
        }

        Assert.Equal<ushort>([1000, 1001, 1063], [.. times.Keys.Order()]);
        Assert.All(times.Values, count => Assert.InRange(count, 900, 1100));
    }

    [Theory]
    [InlineData(1000, 1050)]
    [InlineData(1001, 1050)]
    [InlineData(1000, 1051)]
    [InlineData(1001, 1051)]
    public void Even_ports_and_pairs_are_all_found(int first, int last)
    {
        var range = new PortRange(first, last, new SeededRandomSource(1));
        int evens = (last / 2) - ((first - 1) / 2);
        int pairs = ((last - 1) / 2) - ((first - 1) / 2);
        for (int round = 0; round < 2; round++)
        {
            List<ushort> drawn = [];
            while (range.TryDraw(isEven: true, withNext: true, out ushort port))
            {
                Assert.Equal(0, port % 2);
                range.Take(port, 1);
                range.Take((ushort)(port + 1), 2);
                drawn.Add(port);
            }

            Assert.Equal(pairs, drawn.Count);
            Assert.Equal(evens - pairs, range.TryDraw(isEven: true, withNext: false, out _) ? 1 : 0);
            drawn.ForEach(port => range.Release((ushort)(port + 1)));
            Assert.False(range.TryDraw(isEven: true, withNext: true, out _));
            drawn.ForEach(range.Release);
            Assert.Equal(last - first + 1, range.FreeCount);
        }
    }

    [Fact]
    public void Two_relays_draw_different_ports()
    {
        var first = new PortRange(1, 65_535, new SeededRandomSource(1));
        var second = new PortRange(1, 65_535, new SeededRandomSource(2));
        first.TryDraw(false, false, out ushort a);
        second.TryDraw(false, false, out ushort b);
        Assert.NotEqual(a, b);
    }

    [Fact]
    public void An_even_port_with_its_next_needs_both_free()
    {
        var range = new PortRange(1001, 1004, new SeededRandomSource(1));
        Assert.True(range.TryDraw(isEven: true, withNext: true, out ushort port));
        Assert.Equal(1002, port);
        range.Take(1003, 0);
        // 1004 is even and has no next one in the range.
        Assert.False(range.TryDraw(isEven: true, withNext: true, out _));
        Assert.True(range.TryDraw(isEven: true, withNext: false, out _));
        range.Take(1002, 0);
        range.Take(1004, 0);
        Assert.False(range.TryDraw(isEven: true, withNext: false, out _));
        Assert.True(range.TryDraw(isEven: false, withNext: false, out port));
        Assert.Equal(1001, port);
    }

    [Fact]
    public void A_port_has_one_owner_at_a_time()
    {
        var range = new PortRange(1000, 1001, new SeededRandomSource(1));
        Assert.False(range.TryGetOwner(1000, out _));
        Assert.False(range.TryGetOwner(5, out _));
        range.Take(1000, 7);
        Assert.True(range.TryGetOwner(1000, out int owner));
        Assert.Equal(7, owner);
        Assert.Throws<InvalidOperationException>(() => range.Take(1000, 8));
        range.Pass(1000, 8);
        range.TryGetOwner(1000, out owner);
        Assert.Equal(8, owner);
        range.Release(1000);
        Assert.Throws<InvalidOperationException>(() => range.Release(1000));
        Assert.Equal(2, range.FreeCount);
    }
}

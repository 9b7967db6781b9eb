using Relay.Core.Ice;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IcePairTableTests
{
    private readonly IcePairTable _table = new(4);

    [Fact]
    public void An_added_address_is_found_and_a_removed_one_is_not()
    {
        int index = _table.Add(Remote(1), IcePairTable.None, At(0));
        Assert.Equal(index, _table.Find(Remote(1)));
        Assert.Equal(IcePairTable.None, _table.Find(Remote(2)));

        Assert.True(_table.TryRemove(index));
        Assert.Equal(IcePairTable.None, _table.Find(Remote(1)));
        Assert.True(_table.TryDequeueRemoved(out TransportAddress removed));
        Assert.Equal(Remote(1), removed);
        Assert.False(_table.TryDequeueRemoved(out _));
    }

    [Fact]
    public void A_full_table_gives_up_the_longest_silent_but_not_the_kept_one()
    {
        int kept = _table.Add(Remote(0), IcePairTable.None, At(0));
        for (int i = 1; i < 4; i++)
        {
            _table.Add(Remote(i), kept, At(i));
        }

        _table[_table.Find(Remote(1))].LastRequest = At(10);
        _table.Add(Remote(9), kept, At(11));

        Assert.Equal([2], Drain());
        Assert.NotEqual(IcePairTable.None, _table.Find(Remote(0)));
        Assert.NotEqual(IcePairTable.None, _table.Find(Remote(9)));
    }

    [Fact]
    public void Without_draining_nothing_more_is_removed_but_everything_can_still_be()
    {
        for (int i = 0; i < 8; i++)
        {
            Assert.NotEqual(IcePairTable.None, _table.Add(Remote(i), IcePairTable.None, At(i)));
        }

        Assert.Equal(IcePairTable.None, _table.Add(Remote(8), IcePairTable.None, At(8)));
        Assert.False(_table.TryRemove(0));
        _table.RemoveAll();
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7], Drain());
    }

    [Fact]
    public void Growing_keeps_pairs_and_removed_addresses_in_order()
    {
        var table = new IcePairTable(16);
        int first = table.Add(Remote(0), IcePairTable.None, At(0));
        Assert.True(table.TryRemove(first));
        Assert.True(table.TryDequeueRemoved(out _));
        for (int i = 1; i <= 2; i++)
        {
            table.Add(Remote(i), IcePairTable.None, At(i));
        }

        Assert.True(table.TryRemove(table.Find(Remote(2))));
        Assert.True(table.TryRemove(table.Find(Remote(1))));
        for (int i = 3; i < 19; i++)
        {
            table.Add(Remote(i), IcePairTable.None, At(i));
        }

        Assert.True(table.TryDequeueRemoved(out TransportAddress removed));
        Assert.Equal(Remote(2), removed);
        Assert.True(table.TryDequeueRemoved(out removed));
        Assert.Equal(Remote(1), removed);
        Assert.False(table.TryDequeueRemoved(out _));
        Assert.All(Enumerable.Range(3, 16), i => Assert.NotEqual(IcePairTable.None, table.Find(Remote(i))));
    }

    [Fact]
    public void The_silent_are_removed_but_not_the_kept_one()
    {
        int kept = _table.Add(Remote(0), IcePairTable.None, At(0));
        _table.Add(Remote(1), kept, At(1));
        _table.Add(Remote(2), kept, At(2));
        Assert.Equal(At(1), _table.OldestRequest(kept));
        Assert.Equal(At(0), _table.OldestRequest(IcePairTable.None));

        _table.RemoveSilent(At(1), kept);

        Assert.Equal([1], Drain());
        Assert.Equal(At(2), _table.OldestRequest(kept));
    }

    [Fact]
    public void A_pair_that_has_ended_is_removed_unless_it_is_kept()
    {
        int kept = _table.Add(Remote(1), IcePairTable.None, At(0));
        int other = _table.Add(Remote(2), kept, At(0));
        _table.End(Remote(2), kept);
        _table.End(Remote(3), kept);
        Assert.Equal([2], Drain());

        _table.End(Remote(1), kept);
        Assert.True(_table[kept].HasEnded);
        Assert.Equal(kept, _table.Find(Remote(1)));
        Assert.Equal(other, _table.Add(Remote(4), kept, At(1)));
        _table.RemoveEnded(kept);
        Assert.Empty(Drain());
        _table.RemoveEnded(other);
        Assert.Equal([1], Drain());
        Assert.Equal(other, _table.Find(Remote(4)));
    }

    [Fact]
    public void An_empty_table_has_no_oldest_request() => Assert.Equal(Instant.Never, _table.OldestRequest(IcePairTable.None));

    [Fact]
    public void Reset_forgets_pairs_and_removed_addresses()
    {
        _table.Add(Remote(1), IcePairTable.None, At(0));
        _table.Add(Remote(2), IcePairTable.None, At(0));
        _table.TryRemove(0);
        _table.Reset();
        Assert.Empty(Drain());
        Assert.Equal(IcePairTable.None, _table.Find(Remote(2)));
    }

    private static TransportAddress Remote(int number) => TransportAddress.FromIPv4(0x0A000001, (ushort)number);

    private static Instant At(int seconds) => Instant.Zero + TimeSpan.FromSeconds(seconds);

    private List<int> Drain()
    {
        var ports = new List<int>();
        while (_table.TryDequeueRemoved(out TransportAddress remote))
        {
            ports.Add(remote.Port);
        }

        ports.Sort();
        return ports;
    }
}

using Relay.Core.Primitives;
using Relay.Core.Tests.Ice;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class FlowTableTests
{
    private readonly FlowTable _table = new(64, new SeededRandomSource(1));

    [Fact]
    public void An_address_is_found_until_it_is_removed()
    {
        Assert.False(_table.TryGet(Address(1), out _));
        Assert.True(_table.TrySet(Address(1), 7));
        Assert.True(_table.TryGet(Address(1), out int slot));
        Assert.Equal(7, slot);
        _table.Remove(Address(1), 7);
        Assert.False(_table.TryGet(Address(1), out _));
        Assert.Equal(0, _table.Count);
    }

    [Fact]
    public void Port_and_address_family_tell_addresses_apart()
    {
        var ipv4 = TransportAddress.FromIPv4(1, 10);
        Assert.True(_table.TrySet(ipv4, 1));
        Assert.False(_table.TryGet(TransportAddress.FromIPv4(1, 11), out _));
        Assert.False(_table.TryGet(new TransportAddress(1, 10), out _));
        Assert.True(_table.TryGet(ipv4, out _));
    }

    [Fact]
    public void An_address_can_be_pointed_elsewhere_without_taking_more_room()
    {
        Assert.True(_table.TrySet(Address(1), 7));
        Assert.True(_table.TrySet(Address(1), 8));
        Assert.Equal(1, _table.Count);
        Assert.True(_table.TryGet(Address(1), out int slot));
        Assert.Equal(8, slot);
    }

    [Fact]
    public void Another_transports_entry_is_not_removed()
    {
        Assert.True(_table.TrySet(Address(1), 7));
        _table.Remove(Address(1), 8);
        _table.Remove(Address(2), 7);
        Assert.True(_table.TryGet(Address(1), out _));
        Assert.Equal(1, _table.Count);
    }

    [Fact]
    public void A_full_table_refuses_new_addresses_and_still_moves_known_ones()
    {
        for (int i = 0; i < 64; i++)
        {
            Assert.True(_table.TrySet(Address(i), i));
        }

        Assert.False(_table.TrySet(Address(64), 1));
        Assert.True(_table.TrySet(Address(5), 9));
        Assert.Equal(64, _table.Count);
        Assert.False(_table.TryGet(Address(64), out _));
        _table.Remove(Address(5), 9);
        Assert.True(_table.TrySet(Address(64), 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(50)]
    public void Random_operations_agree_with_a_dictionary(int capacity)
    {
        // Few buckets and few keys: chains collide, wrap around the end and are closed by deletions all the time.
        var random = new Random(capacity);
        var table = new FlowTable(capacity, new SeededRandomSource(capacity));
        Dictionary<TransportAddress, int> model = [];
        for (int i = 0; i < 5_000; i++)
        {
            TransportAddress address = Address(random.Next(capacity * 2));
            int slot = random.Next(4);
            if (random.Next(2) == 0)
            {
                bool fits = model.ContainsKey(address) || model.Count < capacity;
                Assert.Equal(fits, table.TrySet(address, slot));
                if (fits)
                {
                    model[address] = slot;
                }
            }
            else
            {
                table.Remove(address, slot);
                if (model.TryGetValue(address, out int held) && held == slot)
                {
                    model.Remove(address);
                }
            }

            Assert.Equal(model.Count, table.Count);
            for (int key = 0; key < capacity * 2; key++)
            {
                bool isKnown = model.TryGetValue(Address(key), out int expected);
                Assert.Equal(isKnown, table.TryGet(Address(key), out int found));
                Assert.True(!isKnown || expected == found);
            }
        }
    }

    [Fact]
    public void A_table_has_room_for_something()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FlowTable(0, new SeededRandomSource(1)));
    }

    private static TransportAddress Address(int number) => TransportAddress.FromIPv4((uint)number, 1);
}

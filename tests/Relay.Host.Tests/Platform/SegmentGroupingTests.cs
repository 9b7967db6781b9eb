using Relay.Core.Buffers;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class SegmentGroupingTests
{
    private readonly SegmentGrouping _grouping = new(1024);

    [Fact]
    public void A_train_is_one_group_and_its_shorter_end_closes_it()
    {
        List<int[]> groups = Group(true, (1, 1200), (1, 1200), (1, 1200), (1, 500), (1, 500), (1, 1200));
        Assert.Equal([[0, 1, 2, 3], [4], [5]], groups);
    }

    [Fact]
    public void Streams_that_alternate_are_sorted_by_address_and_keep_their_order()
    {
        List<int[]> groups = Group(true, (1, 100), (2, 90), (1, 100), (3, 80), (2, 90), (1, 60), (2, 90), (1, 100));
        Assert.Equal([[0, 2, 5], [1, 4, 6], [3], [7]], groups);
    }

    [Fact]
    public void A_longer_one_begins_a_group_and_later_ones_follow_it_there()
    {
        List<int[]> groups = Group(true, (1, 100), (2, 9), (1, 120), (1, 120), (1, 100));
        Assert.Equal([[0], [1], [2, 3, 4]], groups);
    }

    [Fact]
    public void Nothing_joins_a_group_that_another_to_its_address_has_followed()
    {
        List<int[]> groups = Group(true, (1, 100), (1, 120), (2, 9), (1, 100), (2, 9), (1, 100));
        Assert.Equal([[0], [1, 3], [2, 4], [5]], groups);
    }

    [Fact]
    public void What_goes_to_many_in_turn_is_a_train_for_each()
    {
        List<int[]> groups = Group(true, [.. Enumerable.Range(0, 40).Select(i => (1 + (i % 10), 1200))]);
        Assert.Equal([.. Enumerable.Range(0, 10).Select(i => new[] { i, i + 10, i + 20, i + 30 })], groups);
    }

    [Fact]
    public void Empty_ones_and_those_beyond_the_path_stand_alone()
    {
        List<int[]> groups = Group(true, (1, 0), (1, 0), (1, 1473), (1, 1473), (1, 1472), (1, 1472));
        Assert.Equal([[0], [1], [2], [3], [4, 5]], groups);
        Assert.Equal([[0], [1], [2, 3]], Group(true, (-1, 1453), (-1, 1453), (-1, 1452), (-1, 1452)));
    }

    [Fact]
    public void A_group_has_at_most_64_segments_and_64800_bytes()
    {
        List<int[]> groups = Group(true, [.. Enumerable.Repeat((1, 10), 150)]);
        Assert.Equal([64, 64, 22], groups.Select(g => g.Length));
        groups = Group(true, [.. Enumerable.Repeat((1, 1400), 100)]);
        Assert.Equal([46, 46, 8], groups.Select(g => g.Length));
    }

    [Fact]
    public void Without_merging_every_datagram_is_its_own() =>
        Assert.Equal([[0], [1], [2]], Group(false, (1, 100), (1, 100), (1, 100)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_comes_it_is_all_there_once_in_order_for_each_address_and_within_the_limits(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 300; round++)
        {
            int addresses = random.Next(1, 400);
            (int To, int Length)[] batch = [.. Enumerable.Range(0, random.Next(1025)).Select(_ =>
                (random.Next(-addresses, addresses), random.Next(4) == 0 ? random.Next(1600) : 1200))];
            List<int[]> groups = Group(true, batch);
            Assert.Equal(Enumerable.Range(0, batch.Length), groups.SelectMany(g => g).Order());
            foreach (IGrouping<int, int> sent in groups.SelectMany(g => g).GroupBy(i => batch[i].To))
            {
                Assert.Equal(sent.Order(), sent);
            }

            foreach (int[] group in groups)
            {
                int size = batch[group[0]].Length;
                Assert.Single(group.Select(i => batch[i].To).Distinct());
                Assert.All(group[..^1], i => Assert.Equal(size, batch[i].Length));
                Assert.InRange(batch[group[^1]].Length, group.Length > 1 ? 1 : 0, size);
                Assert.True(group.Length == 1 || (size <= 1472 && group.Length <= 64 && group.Sum(i => batch[i].Length) <= 64_800));
            }
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void A_capacity_out_of_range_is_refused(int capacity) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SegmentGrouping(capacity));

    private List<int[]> Group(bool merge, params (int To, int Length)[] batch)
    {
        Transmit[] transmits = [.. batch.Select(b => new Transmit { Length = b.Length, Remote = Address(b.To) })];
        List<int[]> groups = [];
        foreach (DatagramGroup group in _grouping.Group(transmits, merge))
        {
            List<int> members = [];
            for (int i = group.First; i >= 0; i = _grouping.Next(i))
            {
                members.Add(i);
            }

            Assert.Equal((group.Segments, group.Last), (members.Count, members[^1]));
            Assert.Equal((group.Bytes, group.SegmentBytes), (members.Sum(i => batch[i].Length), batch[members[0]].Length));
            groups.Add([.. members]);
        }

        return groups;
    }

    // Below zero: IPv6.
    private static TransportAddress Address(int number) => number < 0
        ? new TransportAddress(new UInt128(0x2001_0db8_0000_0000, (ulong)-number), 9)
        : TransportAddress.FromIPv4(0x0a00_0000u + (uint)(number / 7), (ushort)(number % 7));
}

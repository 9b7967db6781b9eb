using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class SrtpStreamTableTests
{
    [Fact]
    public void Streams_are_found_by_ssrc_and_keep_their_windows()
    {
        SrtpStreamTable table = new(4);
        table[table.Add(10)].Rtp.Mark(100);
        table[table.Add(0)].Rtp.Mark(200);
        Assert.Equal(2, table.Count);
        Assert.Equal(100, table[table.Find(10)].Rtp.Highest);
        Assert.Equal(200, table[table.Find(0)].Rtp.Highest);
        Assert.Equal(-1, table.Find(11));
        Assert.Equal(table.Find(10), table.FindOrAdd(10));
    }

    [Fact]
    public void Removing_one_keeps_the_others_and_leaves_nothing_behind()
    {
        SrtpStreamTable table = new(3);
        for (uint ssrc = 1; ssrc <= 3; ssrc++)
        {
            table[table.Add(ssrc)].Rtp.Mark(ssrc * 10);
        }

        Assert.True(table.IsFull);
        Assert.True(table.Remove(1));
        Assert.False(table.Remove(1));
        Assert.False(table.IsFull);
        Assert.Equal(20, table[table.Find(2)].Rtp.Highest);
        Assert.Equal(30, table[table.Find(3)].Rtp.Highest);
        Assert.True(table[table.Add(1)].Rtp.IsEmpty);
    }

    [Fact]
    public void A_full_table_takes_no_more()
    {
        SrtpStreamTable table = new(1);
        table.Add(1);
        Assert.Throws<InvalidOperationException>(() => table.Add(2));
        Assert.Equal(1, table.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1025)]
    public void The_maximum_has_a_range(int maxStreams) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SrtpStreamTable(maxStreams));
}

using Relay.Core.Diagnostics;
using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class ReplayWindowTests
{
    [Fact]
    public void A_new_window_has_seen_nothing()
    {
        ReplayWindow window = default;
        Assert.True(window.IsEmpty);
        Assert.Equal(-1, window.Highest);
        Assert.Equal(DropReason.None, window.Check(0));
        Assert.Equal(DropReason.None, window.Check(1L << 47));
        Assert.Equal(DropReason.SrtpTooOld, window.Check(-1));
    }

    [Fact]
    public void Index_zero_can_be_seen()
    {
        ReplayWindow window = default;
        window.Mark(0);
        Assert.False(window.IsEmpty);
        Assert.Equal(0, window.Highest);
        Assert.Equal(DropReason.SrtpReplayed, window.Check(0));
    }

    [Fact]
    public void The_window_is_1024_wide()
    {
        ReplayWindow window = default;
        window.Mark(5000);
        Assert.Equal(DropReason.None, window.Check(5000 - 1023));
        Assert.Equal(DropReason.SrtpTooOld, window.Check(5000 - 1024));
        window.Mark(5000 - 1023);
        Assert.Equal(DropReason.SrtpReplayed, window.Check(5000 - 1023));
        Assert.Equal(5000, window.Highest);
    }

    [Fact]
    public void Checking_changes_nothing()
    {
        ReplayWindow window = default;
        window.Mark(10);
        Assert.Equal(DropReason.None, window.Check(5000));
        Assert.Equal(10, window.Highest);
        Assert.Equal(DropReason.None, window.Check(9));
        Assert.Equal(DropReason.None, window.Check(9));
        Assert.Equal(DropReason.SrtpReplayed, window.Check(10));
    }

    [Fact]
    public void Marking_something_older_than_the_window_changes_nothing()
    {
        ReplayWindow window = default;
        window.Mark(5000);
        window.Mark(5000 - 1024 - 7);
        Assert.Equal(5000, window.Highest);
        Assert.Equal(DropReason.None, window.Check(5000 - 7));
    }

    [Theory]
    [InlineData(1023)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(70_000)]
    public void Bits_of_a_lap_ago_are_gone_after_a_jump(int jump)
    {
        ReplayWindow window = default;
        for (int i = 0; i <= 2000; i++)
        {
            window.Mark(i);
        }

        window.Mark(2000 + jump);
        for (int i = 2001; i < 2000 + jump; i++)
        {
            bool isInside = i > 2000 + jump - 1024;
            Assert.Equal(isInside ? DropReason.None : DropReason.SrtpTooOld, window.Check(i));
        }
    }

    [Fact]
    public void Restart_forgets_and_takes_the_index_as_seen()
    {
        ReplayWindow window = default;
        window.Mark(100);
        window.Restart(120);
        Assert.Equal(120, window.Highest);
        Assert.Equal(DropReason.SrtpReplayed, window.Check(120));
        Assert.Equal(DropReason.None, window.Check(100));
    }

    /// <summary>Against a set that forgets nothing.</summary>
    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 700)]
    [InlineData(3, 3000)]
    public void Random_orders_agree_with_a_set(int seed, int spread)
    {
        Random random = new(seed);
        ReplayWindow window = default;
        HashSet<long> seen = [];
        long highest = -1;
        long centre = 0;
        for (int i = 0; i < 50_000; i++)
        {
            centre += random.Next(3);
            long index = Math.Max(0, centre + random.Next(-spread, spread + 1));
            DropReason expected = index <= highest - 1024 ? DropReason.SrtpTooOld
                : seen.Contains(index) ? DropReason.SrtpReplayed : DropReason.None;
            Assert.Equal(expected, window.Check(index));
            if (expected == DropReason.None)
            {
                window.Mark(index);
                seen.Add(index);
                highest = Math.Max(highest, index);
                Assert.Equal(highest, window.Highest);
            }
        }
    }
}

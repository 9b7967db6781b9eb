using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public sealed class ByteBudgetTests
{
    private static readonly Instant Start = new(TimeSpan.TicksPerHour);

    [Fact]
    public void A_second_gathers_and_no_more()
    {
        var budget = new ByteBudget(10_000, Start);

        Assert.Equal(10, Packets(ref budget, 1000, Start));
        Assert.Equal(0, Packets(ref budget, 1000, Start + TimeSpan.FromMilliseconds(99.9999)));
        Assert.Equal(1, Packets(ref budget, 1000, Start + TimeSpan.FromMilliseconds(100)));
        Assert.Equal(10, Packets(ref budget, 1000, Start + TimeSpan.FromDays(1)));
    }

    [Fact]
    public void A_packet_that_does_not_fit_takes_nothing()
    {
        var budget = new ByteBudget(1000, Start);

        Assert.False(budget.TryTake(1001, Start));
        Assert.True(budget.TryTake(1000, Start));
        Assert.False(budget.TryTake(1, Start));
    }

    [Fact]
    public void Slow_rates_lose_nothing_to_rounding()
    {
        var budget = new ByteBudget(1000, Start);
        Assert.True(budget.TryTake(1000, Start));
        Instant now = Start;
        for (int i = 0; i < 9_999; i++)
        {
            now += TimeSpan.FromMicroseconds(1);
            Assert.False(budget.TryTake(10, now));
        }

        Assert.True(budget.TryTake(10, now + TimeSpan.FromMicroseconds(1)));
    }

    [Fact]
    public void The_highest_rate_does_not_overflow()
    {
        var budget = new ByteBudget(100_000_000_000, Start);

        Assert.True(budget.TryTake(int.MaxValue, new Instant(long.MaxValue - 1)));
        Assert.True(budget.TryTake(int.MaxValue, new Instant(long.MaxValue - 1)));
    }

    [Fact]
    public void A_clock_that_stands_still_gives_nothing()
    {
        var budget = new ByteBudget(1000, Start);
        Assert.True(budget.TryTake(1000, Start));
        Assert.False(budget.TryTake(1, Start - TimeSpan.FromSeconds(1)));
        Assert.False(budget.TryTake(1, Start));
    }

    [Fact]
    public void Zero_is_no_limit()
    {
        ByteBudget none = default;
        var zero = new ByteBudget(0, Start);

        Assert.True(none.TryTake(int.MaxValue, Start));
        Assert.True(zero.TryTake(int.MaxValue, Start));
    }

    [Fact]
    public void Rates_have_a_range()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteBudget(-1, Start));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ByteBudget(100_000_000_001, Start));
    }

    private static int Packets(ref ByteBudget budget, int bytes, Instant now)
    {
        int count = 0;
        while (budget.TryTake(bytes, now))
        {
            count++;
        }

        return count;
    }
}

using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class TokenBudgetTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private TokenBudget _bucket = new(3, Interval);
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void It_is_full_at_first_and_refills_one_at_a_time()
    {
        Assert.Equal(3, TakeAll());
        Assert.Equal(_now + Interval, _bucket.NextToken(reserve: 0));
        _now += Interval - new TimeSpan(1);
        Assert.Equal(0, TakeAll());
        _now += new TimeSpan(1);
        Assert.Equal(1, TakeAll());
        _now += 2 * Interval;
        Assert.Equal(2, TakeAll());
        _now += TimeSpan.FromDays(1);
        Assert.Equal(3, TakeAll());
    }

    [Fact]
    public void A_reserve_is_left_to_others()
    {
        Assert.True(_bucket.TryTake(reserve: 1, _now));
        Assert.True(_bucket.TryTake(reserve: 1, _now));
        Assert.False(_bucket.TryTake(reserve: 1, _now));
        Assert.Equal(_now + Interval, _bucket.NextToken(reserve: 1));
        Assert.True(_bucket.TryTake(reserve: 0, _now));
        Assert.Equal(_now + (2 * Interval), _bucket.NextToken(reserve: 1));
    }

    [Fact]
    public void It_has_room_for_one_or_more_and_takes_time()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBudget(0, Interval));
        Assert.Throws<ArgumentOutOfRangeException>(() => new TokenBudget(1, TimeSpan.Zero));
    }

    private int TakeAll()
    {
        int taken = 0;
        while (_bucket.TryTake(reserve: 0, _now))
        {
            taken++;
        }

        return taken;
    }
}

using Relay.Core.Primitives;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class TokenBucketTests
{
    private static readonly BucketRate Rate = BucketRate.PerMinute(30, 3);

    [Fact]
    public void A_bucket_is_full_at_first_and_fills_over_time()
    {
        var bucket = default(TokenBucket);
        Instant now = new(123);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(bucket.TryTake(Rate, now, out _));
        }

        Assert.False(bucket.TryTake(Rate, now, out int retryAfterSeconds));
        Assert.Equal(2, retryAfterSeconds);
        Assert.False(bucket.TryTake(Rate, now + TimeSpan.FromSeconds(1.5), out retryAfterSeconds));
        Assert.Equal(1, retryAfterSeconds);
        Assert.True(bucket.TryTake(Rate, now + TimeSpan.FromSeconds(2.1), out _));
        Assert.False(bucket.TryTake(Rate, now + TimeSpan.FromSeconds(2.1), out _));
    }

    [Fact]
    public void A_bucket_holds_no_more_than_its_burst()
    {
        var bucket = default(TokenBucket);
        Instant now = Instant.Zero;
        Assert.True(bucket.TryTake(Rate, now, out _));
        now += TimeSpan.FromDays(1);
        int taken = 0;
        while (bucket.TryTake(Rate, now, out _))
        {
            taken++;
        }

        Assert.Equal(3, taken);
    }

    [Fact]
    public void A_clock_that_steps_back_gives_nothing()
    {
        var bucket = default(TokenBucket);
        Instant now = Instant.Zero + TimeSpan.FromHours(1);
        for (int i = 0; i < 3; i++)
        {
            Assert.True(bucket.TryTake(Rate, now, out _));
        }

        Assert.False(bucket.TryTake(Rate, Instant.Zero, out _));
    }
}

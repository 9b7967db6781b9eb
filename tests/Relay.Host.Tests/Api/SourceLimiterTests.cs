using System.Net;
using Relay.Core.Primitives;
using Relay.Host.Api;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Api;

public class SourceLimiterTests
{
    private readonly SourceLimiter _limiter = new(new BucketRate(1, 1), 100, new SystemRandomSource());

    [Theory]
    [InlineData("192.0.2.1", "192.0.2.2", false)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.1", true)]
    [InlineData("192.0.2.1", "::ffff:192.0.2.2", false)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", true)]
    [InlineData("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    [InlineData("::1", "0.0.0.1", false)]
    public void A_source_is_an_IPv4_address_or_an_IPv6_64(string first, string second, bool same)
    {
        Assert.True(_limiter.TryTake(IPAddress.Parse(first), Instant.Zero, out _));
        Assert.Equal(!same, _limiter.TryTake(IPAddress.Parse(second), Instant.Zero, out _));
    }

    [Fact]
    public void Requests_without_an_address_share_one_share()
    {
        Assert.True(_limiter.TryTake(null, Instant.Zero, out _));
        Assert.False(_limiter.TryTake(null, Instant.Zero, out int retryAfterSeconds));
        Assert.Equal(1, retryAfterSeconds);
    }

    [Fact]
    public void Memory_is_bounded_and_who_keeps_coming_is_not_forgotten()
    {
        var regular = IPAddress.Parse("198.51.100.7");
        Assert.True(_limiter.TryTake(regular, Instant.Zero, out _));
        for (uint i = 0; i < 10_000; i++)
        {
            _limiter.TryTake(new IPAddress(i), Instant.Zero, out _);
            Assert.False(_limiter.TryTake(regular, Instant.Zero, out _));
            Assert.InRange(_limiter.Count, 1, 100);
        }
    }
}

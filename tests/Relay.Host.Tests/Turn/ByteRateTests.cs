using Relay.Core.Primitives;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class ByteRateTests
{
    [Fact]
    public void A_second_s_worth_is_free_and_what_is_beyond_waits()
    {
        var rate = new ByteRate(1000, Instant.Zero);
        Assert.Equal(TimeSpan.Zero, rate.Take(1000, Instant.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.5), rate.Take(500, Instant.Zero));
        Assert.Equal(TimeSpan.FromSeconds(0.25), rate.Take(250, Instant.Zero + TimeSpan.FromSeconds(0.5)));
        // It gathers no more than a second's worth.
        Instant later = Instant.Zero + TimeSpan.FromHours(1);
        Assert.Equal(TimeSpan.Zero, rate.Take(1000, later));
        Assert.Equal(TimeSpan.FromSeconds(0.001), rate.Take(1, later));
    }

    [Fact]
    public void Zero_is_no_limit() => Assert.Equal(TimeSpan.Zero, new ByteRate(0, Instant.Zero).Take(int.MaxValue, Instant.Zero));
}

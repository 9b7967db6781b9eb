using Relay.Core.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class TurnLifetimeTests
{
    [Theory]
    [InlineData(0u, 120)]
    [InlineData(120u, 120)]
    [InlineData(121u, 121)]
    [InlineData(uint.MaxValue, 240)]
    public void A_lifetime_is_clamped_and_told_in_seconds(uint wanted, int given)
    {
        var options = new TurnOptions { LifetimeMin = TimeSpan.FromSeconds(120), LifetimeMax = TimeSpan.FromSeconds(240) };
        TimeSpan lifetime = TurnLifetime.Clamp(wanted, options);
        Assert.Equal(TimeSpan.FromSeconds(given), lifetime);

        byte[] buffer = new byte[40];
        var writer = new StunMessageWriter(buffer);
        writer.WriteHeader(StunClass.SuccessResponse, StunMethod.Refresh, new byte[12]);
        Assert.True(TurnLifetime.Add(ref writer, lifetime));
        Assert.Equal([0, 13, 0, 4, 0, 0, 0, (byte)given], buffer[20..writer.Length]);
    }
}

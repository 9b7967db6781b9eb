using Relay.Core.Pairing;
using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class PairingTimersTests
{
    [Fact]
    public void Timers_come_due_in_order_and_can_be_moved()
    {
        var timers = new PairingTimers();
        var first = new Session(new SessionKey(1, 1), ModeSet.All);
        var second = new Session(new SessionKey(2, 1), ModeSet.All);
        timers.Set(first, PairingTimer.Socket, new Instant(100));
        timers.Set(second, PairingTimer.Socket, new Instant(100));
        timers.Set(second, PairingTimer.Renew, new Instant(50));
        Assert.Equal(new Instant(50), timers.Next);
        Assert.False(timers.TryPeekDue(new Instant(49), out _, out _));
        Assert.True(timers.TryPeekDue(new Instant(50), out SessionKey key, out PairingTimer timer));
        Assert.Equal((second.Key, PairingTimer.Renew), (key, timer));

        timers.Set(second, PairingTimer.Renew, Instant.Never);
        timers.Set(first, PairingTimer.Socket, new Instant(200));
        Assert.Equal(2, timers.Count);
        Assert.True(timers.TryPeekDue(new Instant(300), out key, out timer));
        Assert.Equal((second.Key, PairingTimer.Socket), (key, timer));
        timers.Set(second, PairingTimer.Socket, Instant.Never);
        timers.Set(first, PairingTimer.Socket, Instant.Never);
        Assert.Equal(Instant.Never, timers.Next);
        Assert.Equal(0, timers.Count);
    }
}

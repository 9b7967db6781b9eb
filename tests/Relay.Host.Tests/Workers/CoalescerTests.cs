using Relay.Core.Primitives;
using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class CoalescerTests
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromMicroseconds(50);

    private readonly Coalescer _coalescer = new(PauseMax);
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void An_idle_relay_never_waits()
    {
        for (int i = 0; i < 1000; i++)
        {
            Assert.Equal(TimeSpan.Zero, Receive(1, TimeSpan.FromMilliseconds(1)));
        }

        Assert.Equal(0, _coalescer.Pauses);
    }

    [Fact]
    public void A_burst_after_silence_goes_straight_through()
    {
        Receive(1, TimeSpan.FromSeconds(1));
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(TimeSpan.Zero, Receive(3, TimeSpan.FromMicroseconds(10)));
        }
    }

    [Fact]
    public void A_busy_one_waits_for_what_is_left_of_the_pause()
    {
        BeBusy();
        Assert.Equal(TimeSpan.FromMicroseconds(50), Receive(3, TimeSpan.FromMicroseconds(20)));
        Assert.Equal(TimeSpan.FromMicroseconds(38), Receive(3, TimeSpan.FromMicroseconds(20), handling: TimeSpan.FromMicroseconds(12)));
        Assert.Equal(TimeSpan.Zero, Receive(3, TimeSpan.FromMicroseconds(20), handling: TimeSpan.FromMicroseconds(46)));
        Assert.Equal(TimeSpan.Zero, Receive(3, TimeSpan.FromMicroseconds(20), handling: TimeSpan.FromMicroseconds(500)));
    }

    [Fact]
    public void A_good_batch_is_not_waited_after()
    {
        BeBusy();
        Assert.NotEqual(TimeSpan.Zero, Receive(Coalescer.EnoughMessages - 1, TimeSpan.FromMicroseconds(20)));
        Assert.Equal(TimeSpan.Zero, Receive(Coalescer.EnoughMessages, TimeSpan.FromMicroseconds(20)));
    }

    [Fact]
    public void It_is_idle_again_when_little_arrives()
    {
        BeBusy();
        Receive(1, TimeSpan.FromMilliseconds(5));
        Assert.Equal(TimeSpan.Zero, Receive(1, TimeSpan.FromMilliseconds(2)));
        Assert.Equal(TimeSpan.Zero, Receive(1, TimeSpan.FromMicroseconds(20)));
    }

    [Theory]
    [InlineData(18, false)]
    [InlineData(15, true)]
    public void It_is_busy_if_a_pause_may_bring_three_messages(int microsecondsApart, bool isBusy)
    {
        for (int i = 0; i < 1000; i++)
        {
            Receive(1, TimeSpan.FromMicroseconds(microsecondsApart));
        }

        Assert.Equal(isBusy, _coalescer.Pauses > 0);
    }

    [Fact]
    public void Pauses_are_counted()
    {
        BeBusy();
        long before = _coalescer.Pauses;
        Receive(3, TimeSpan.FromMicroseconds(20));
        Receive(Coalescer.EnoughMessages, TimeSpan.FromMicroseconds(20));
        Assert.Equal(before + 1, _coalescer.Pauses);
    }

    private void BeBusy()
    {
        for (int i = 0; i < 200; i++)
        {
            Receive(3, TimeSpan.FromMicroseconds(10));
        }
    }

    private TimeSpan Receive(int messages, TimeSpan after, TimeSpan handling = default)
    {
        _now += after;
        return _coalescer.HandleReceived(messages, _now, _now + handling);
    }
}

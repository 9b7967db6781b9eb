using Relay.Core.Diagnostics;
using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class KeyframePolicyTests
{
    private KeyframePolicy _policy = new();
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void Nobody_wants_anything_at_first()
    {
        Assert.Equal(Instant.Never, _policy.NextTimeout(default));
        Assert.False(_policy.TryTakeDue(default, _now));
    }

    [Theory]
    [InlineData(KeyframeReason.Receiver)]
    [InlineData(KeyframeReason.NotHeld)]
    [InlineData(KeyframeReason.UplinkLoss)]
    [InlineData(KeyframeReason.Restart)]
    [InlineData(KeyframeReason.Sample)]
    public void The_first_request_goes_out_at_once_and_the_next_at_a_distance(KeyframeReason reason)
    {
        Assert.True(Ask(reason));
        _policy.HandleKeyframe();
        TimeSpan distance = reason == KeyframeReason.Sample ? KeyframePolicy.SampleInterval : KeyframePolicy.Interval;
        _policy.Want(reason);
        Assert.Equal(_now + distance, _policy.NextTimeout(default));
        Assert.False(Later(distance - new TimeSpan(1)));
        Assert.True(Later(new TimeSpan(1)));
    }

    [Fact]
    public void A_new_partner_does_not_wait_for_the_distance()
    {
        Assert.True(Ask(KeyframeReason.Receiver));
        _policy.HandleKeyframe();
        Assert.True(Ask(KeyframeReason.NewPartner));
    }

    [Fact]
    public void Who_comes_while_a_request_is_out_is_served_by_its_answer()
    {
        Assert.True(Ask(KeyframeReason.NewPartner));
        Assert.False(Ask(KeyframeReason.NewPartner));
        Assert.False(Ask(KeyframeReason.Receiver));
        _policy.Cancel();
        Assert.False(Ask(KeyframeReason.NewPartner));
        _policy.HandleKeyframe();
        Assert.Equal(Instant.Never, _policy.NextTimeout(default));
    }

    [Fact]
    public void An_unanswered_request_is_repeated_ever_more_slowly()
    {
        Assert.True(Ask(KeyframeReason.NewPartner));
        foreach (int milliseconds in new[] { 300, 600, 1200, 2000, 2000, 2000 })
        {
            Assert.False(Later(Milli(milliseconds) - new TimeSpan(1)));
            Assert.True(Later(new TimeSpan(1)));
        }

        _policy.HandleKeyframe();
        Assert.True(Ask(KeyframeReason.NewPartner));
        Assert.True(Later(KeyframePolicy.RetryMin));
    }

    [Fact]
    public void A_repetition_waits_for_the_round_trip()
    {
        Assert.True(Ask(KeyframeReason.NewPartner));
        Assert.Equal(_now + Milli(750), _policy.NextTimeout(Milli(400)));
        Assert.Equal(_now + KeyframePolicy.RetryMax, _policy.NextTimeout(TimeSpan.FromHours(1)));
    }

    [Fact]
    public void Hammering_next_is_bounded()
    {
        int asked = 0;
        for (int i = 0; i < 1000; i++)
        {
            asked += Ask(KeyframeReason.NewPartner) ? 1 : 0;
            _policy.HandleKeyframe();
            _now += Milli(10);
        }

        Assert.InRange(asked, 10, KeyframePolicy.Burst + 10);
    }

    [Fact]
    public void All_reasons_share_one_budget_and_leave_something_for_the_next_partner()
    {
        int asked = 0;
        for (int i = 0; i < 400; i++)
        {
            asked += Ask((KeyframeReason)(i % (int)KeyframeReason.NewPartner)) ? 1 : 0;
            _policy.HandleKeyframe();
            _now += Milli(25);
        }

        Assert.InRange(asked, 5, KeyframePolicy.Burst + 10);
        Assert.True(Ask(KeyframeReason.NewPartner));
    }

    [Fact]
    public void The_most_urgent_reason_counts()
    {
        Assert.True(Ask(KeyframeReason.Receiver));
        _policy.HandleKeyframe();
        _policy.Want(KeyframeReason.NewPartner);
        _policy.Want(KeyframeReason.Sample);
        Assert.True(_policy.TryTakeDue(default, _now));
        Assert.Equal(KeyframeReason.NewPartner, _policy.Reason);
    }

    private static TimeSpan Milli(int value) => TimeSpan.FromMilliseconds(value);

    private bool Ask(KeyframeReason reason)
    {
        _policy.Want(reason);
        return _policy.TryTakeDue(default, _now);
    }

    private bool Later(TimeSpan wait)
    {
        _now += wait;
        return _policy.TryTakeDue(default, _now);
    }
}

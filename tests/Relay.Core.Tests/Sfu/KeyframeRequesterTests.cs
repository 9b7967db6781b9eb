using Relay.Core.Primitives;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class KeyframeRequesterTests
{
    private readonly Instant _start = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void Nobody_wants_anything_at_first()
    {
        var requester = default(KeyframeRequester);
        Assert.Equal(Instant.Never, requester.NextTimeout);
        Assert.False(requester.TryTakeDue(_start));
    }

    [Fact]
    public void The_first_request_goes_out_at_once_and_then_one_each_interval()
    {
        var requester = default(KeyframeRequester);
        requester.Want(atOnce: false);
        Assert.True(requester.TryTakeDue(_start));
        requester.Want(atOnce: false);
        Assert.False(requester.TryTakeDue(_start + KeyframeRequester.Interval - new TimeSpan(1)));
        Assert.Equal(_start + KeyframeRequester.Interval, requester.NextTimeout);
        Assert.True(requester.TryTakeDue(_start + KeyframeRequester.Interval));
        // Still no keyframe: it is asked for again without anybody wanting it anew.
        Assert.True(requester.TryTakeDue(_start + (2 * KeyframeRequester.Interval)));
    }

    [Fact]
    public void A_new_partner_does_not_wait_for_the_interval()
    {
        var requester = default(KeyframeRequester);
        requester.Want(atOnce: false);
        Assert.True(requester.TryTakeDue(_start));
        requester.Want(atOnce: true);
        Assert.True(requester.TryTakeDue(_start + new TimeSpan(1)));
        Assert.False(requester.TryTakeDue(_start + new TimeSpan(2)));
    }

    [Fact]
    public void A_keyframe_or_leaving_ends_the_wish_but_not_the_interval()
    {
        var requester = default(KeyframeRequester);
        requester.Want(atOnce: true);
        Assert.True(requester.TryTakeDue(_start));
        requester.HandleKeyframe();
        Assert.Equal(Instant.Never, requester.NextTimeout);
        requester.Want(atOnce: false);
        Assert.Equal(_start + KeyframeRequester.Interval, requester.NextTimeout);
        requester.Cancel();
        Assert.False(requester.TryTakeDue(_start + (5 * KeyframeRequester.Interval)));
    }
}

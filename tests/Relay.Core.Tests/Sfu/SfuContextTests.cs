using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class SfuContextTests
{
    [Fact]
    public void A_touched_session_is_taken_once_however_often_it_was_touched()
    {
        using var network = new SfuNetwork();
        SfuLeg a = network.AddLeg();
        SfuLeg b = network.AddLeg();
        network.Context.Touch(a.Session);
        network.Context.Touch(b.Session);
        network.Context.Touch(a.Session);
        HashSet<RtpSession> taken = [];
        while (network.Context.TryDequeueTouched(out RtpSession? session))
        {
            Assert.True(taken.Add(session));
            Assert.False(session.IsTouched);
        }

        Assert.Equal(2, taken.Count);
        network.Context.Touch(a.Session);
        Assert.True(network.Context.TryDequeueTouched(out _));
    }
}

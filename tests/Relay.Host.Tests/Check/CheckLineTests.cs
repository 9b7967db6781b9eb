using Relay.Host.Check;
using Xunit;

namespace Relay.Host.Tests.Check;

public sealed class CheckLineTests
{
    [Fact]
    public void A_failure_is_seen_at_once()
    {
        Assert.Equal("ok    a", new CheckLine(CheckOutcome.Ok, "a").ToString());
        Assert.Equal("note  a", new CheckLine(CheckOutcome.Note, "a").ToString());
        Assert.Equal("FAIL  a", new CheckLine(CheckOutcome.Failed, "a").ToString());
    }
}

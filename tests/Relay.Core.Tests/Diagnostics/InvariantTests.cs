using Relay.Core.Diagnostics;
using Xunit;

namespace Relay.Core.Tests.Diagnostics;

public sealed class InvariantTests
{
    [Fact]
    public void A_broken_invariant_says_which()
    {
        Invariant.Holds(true, "unused");
        InvalidOperationException broken = Assert.Throws<InvalidOperationException>(() => Invariant.Holds(false, "the sky is up"));
        Assert.Contains("the sky is up", broken.Message, StringComparison.Ordinal);
    }
}

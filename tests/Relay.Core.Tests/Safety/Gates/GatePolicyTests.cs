using Relay.Core.Primitives;
using Relay.Core.Safety.Gates;
using Xunit;

namespace Relay.Core.Tests.Safety.Gates;

public sealed class GatePolicyTests
{
    public static TheoryData<string, GatePolicy> Wrong => new()
    {
        { nameof(GatePolicy.BurstFrames), new GatePolicy { BurstFrames = 0, BurstConfirms = 0 } },
        { nameof(GatePolicy.BurstFrames), new GatePolicy { BurstFrames = 10 } },
        { nameof(GatePolicy.BurstConfirms), new GatePolicy { BurstConfirms = 0 } },
        { nameof(GatePolicy.BurstConfirms), new GatePolicy { BurstConfirms = 4 } },
        { nameof(GatePolicy.BurstSpacing), new GatePolicy { BurstSpacing = TimeSpan.FromMilliseconds(99) } },
        { nameof(GatePolicy.Retry), new GatePolicy { Retry = TimeSpan.FromMilliseconds(499) } },
        { nameof(GatePolicy.RetryMax), new GatePolicy { RetryMax = TimeSpan.FromSeconds(1) } },
        { nameof(GatePolicy.VerdictTimeout), new GatePolicy { VerdictTimeout = TimeSpan.Zero } },
        { nameof(GatePolicy.UnseenMax), new GatePolicy { UnseenMax = TimeSpan.FromSeconds(9) } },
    };

    [Fact]
    public void The_defaults_are_in_range() => Assert.Null(new GatePolicy().Fault);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_named_and_refused(string name, GatePolicy policy)
    {
        Assert.StartsWith(name + " is ", policy.Fault, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new VerdictGate(policy, Instant.Zero));
    }
}

using Relay.Core.Safety.Gates;
using Xunit;

namespace Relay.Core.Tests.Safety.Gates;

public sealed class GatePolicyTests
{
    public static TheoryData<GatePolicy> Wrong =>
    [
        new GatePolicy { BurstFrames = 0, BurstConfirms = 0 },
        new GatePolicy { BurstFrames = 10 },
        new GatePolicy { BurstConfirms = 0 },
        new GatePolicy { BurstConfirms = 4 },
        new GatePolicy { BurstSpacing = TimeSpan.FromMilliseconds(99) },
        new GatePolicy { Retry = TimeSpan.FromMilliseconds(499) },
        new GatePolicy { RetryMax = TimeSpan.FromSeconds(1) },
        new GatePolicy { VerdictTimeout = TimeSpan.Zero },
        new GatePolicy { UnseenMax = TimeSpan.FromSeconds(9) },
    ];

    [Fact]
    public void The_defaults_are_in_range() => new GatePolicy().Check();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_refused(GatePolicy policy) => Assert.Throws<ArgumentOutOfRangeException>(policy.Check);
}

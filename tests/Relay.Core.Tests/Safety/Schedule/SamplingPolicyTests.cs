using Relay.Core.Safety.Gates;
using Relay.Core.Safety.Schedule;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SamplingPolicyTests
{
    public static TheoryData<SamplingPolicy> Wrong =>
    [
        new SamplingPolicy { GapMin = TimeSpan.Zero },
        new SamplingPolicy { HighMean = TimeSpan.FromSeconds(0.4) },
        new SamplingPolicy { NormalMean = TimeSpan.FromSeconds(1) },
        new SamplingPolicy { LowMean = TimeSpan.FromSeconds(4) },
        new SamplingPolicy { GapMax = TimeSpan.FromSeconds(11) },
        new SamplingPolicy { MeansMax = 0 },
        new SamplingPolicy { AlarmFrames = 0 },
        new SamplingPolicy { DecoyShare = 1.1 },
        new SamplingPolicy { DecoyShare = double.NaN },
        new SamplingPolicy { PeriodicShare = 0 },
        new SamplingPolicy { SamplesPerSecond = 0 },
        new SamplingPolicy { SamplesAtOnce = 3 },
        new SamplingPolicy { SamplesAtOnce = 1001 },
        new SamplingPolicy { StretchMax = 0.5 },
        new SamplingPolicy { KeyframeTimeout = TimeSpan.Zero },
    ];

    [Fact]
    public void The_defaults_are_in_range() => new SamplingPolicy().Check();

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_refused(SamplingPolicy policy) => Assert.Throws<ArgumentOutOfRangeException>(policy.Check);

    /// <summary>The longest gap, the longest wait and a verdict's time fit into what an open gate bears.</summary>
    [Fact]
    public void Honest_sources_are_looked_at_before_their_gates_close()
    {
        SamplingPolicy sampling = new();
        GatePolicy gate = new();
        Assert.True(sampling.GapMax + sampling.WaitMax + sampling.KeyframeTimeout + gate.VerdictTimeout <= gate.UnseenMax);
    }
}

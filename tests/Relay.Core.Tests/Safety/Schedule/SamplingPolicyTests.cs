using Relay.Core.Safety.Gates;
using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SamplingPolicyTests
{
    public static TheoryData<string, SamplingPolicy> Wrong => new()
    {
        { nameof(SamplingPolicy.GapMin), new SamplingPolicy { GapMin = TimeSpan.Zero } },
        { nameof(SamplingPolicy.HighMean), new SamplingPolicy { HighMean = TimeSpan.FromSeconds(0.4) } },
        { nameof(SamplingPolicy.NormalMean), new SamplingPolicy { NormalMean = TimeSpan.FromSeconds(1) } },
        { nameof(SamplingPolicy.LowMean), new SamplingPolicy { LowMean = TimeSpan.FromSeconds(4) } },
        { nameof(SamplingPolicy.GapMax), new SamplingPolicy { GapMax = TimeSpan.FromSeconds(11) } },
        { nameof(SamplingPolicy.QueueLook), new SamplingPolicy { QueueLook = TimeSpan.FromSeconds(31) } },
        { nameof(SamplingPolicy.BurstSpacing), new SamplingPolicy { BurstSpacing = TimeSpan.FromSeconds(0.4) } },
        { nameof(SamplingPolicy.MeansMax), new SamplingPolicy { MeansMax = 0 } },
        { nameof(SamplingPolicy.AlarmFrames), new SamplingPolicy { AlarmFrames = 0 } },
        { nameof(SamplingPolicy.DecoyShare), new SamplingPolicy { DecoyShare = 1.1 } },
        { nameof(SamplingPolicy.DecoyShare), new SamplingPolicy { DecoyShare = double.NaN } },
        { nameof(SamplingPolicy.PeriodicShare), new SamplingPolicy { PeriodicShare = 0 } },
        { nameof(SamplingPolicy.SamplesPerSecond), new SamplingPolicy { SamplesPerSecond = 0 } },
        { nameof(SamplingPolicy.SamplesAtOnce), new SamplingPolicy { SamplesAtOnce = 3 } },
        { nameof(SamplingPolicy.SamplesAtOnce), new SamplingPolicy { SamplesAtOnce = 1001 } },
        { nameof(SamplingPolicy.StretchMax), new SamplingPolicy { StretchMax = 0.5 } },
        { nameof(SamplingPolicy.KeyframeTimeout), new SamplingPolicy { KeyframeTimeout = TimeSpan.Zero } },
    };

    [Fact]
    public void The_defaults_are_in_range() => Assert.Null(new SamplingPolicy().Fault);

    [Theory]
    [MemberData(nameof(Wrong))]
    public void What_is_out_of_range_is_named_and_refused(string name, SamplingPolicy policy)
    {
        Assert.StartsWith(name + " is ", policy.Fault, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => new SamplingSchedule(policy, 1, new SeededRandomSource(1)));
    }

    /// <summary>The longest gap, a keyframe's time and a verdict's time fit into what an open gate bears.</summary>
    [Fact]
    public void Honest_sources_are_looked_at_before_their_gates_close()
    {
        SamplingPolicy sampling = new();
        GatePolicy gate = new();
        Assert.True(sampling.GapMax + sampling.KeyframeTimeout + gate.VerdictTimeout <= gate.UnseenMax);
    }
}

using Relay.Core.Safety.Schedule;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SamplingCountersTests
{
    [Fact]
    public void Each_cause_and_reason_has_its_own_figure()
    {
        SamplingCounters counters = new();
        foreach (SampleCause cause in Enum.GetValues<SampleCause>())
        {
            for (int i = 0; i <= (int)cause; i++)
            {
                counters.CountOrder(cause);
            }
        }

        foreach (SkipReason reason in Enum.GetValues<SkipReason>())
        {
            for (int i = 0; i <= (int)reason; i++)
            {
                counters.CountSkip(reason);
            }
        }

        counters.CountTaken();
        Assert.All(Enum.GetValues<SampleCause>(), cause => Assert.Equal((int)cause + 1, counters.Ordered(cause)));
        Assert.All(Enum.GetValues<SkipReason>(), reason => Assert.Equal((int)reason + 1, counters.Skipped(reason)));
        Assert.Equal(1, counters.Taken);
    }
}

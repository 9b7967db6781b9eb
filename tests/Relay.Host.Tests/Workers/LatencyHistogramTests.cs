using Relay.Host.Workers;
using Xunit;

namespace Relay.Host.Tests.Workers;

public class LatencyHistogramTests
{
    [Fact]
    public void Bounds_rise_by_at_most_a_sixteenth_from_4_us_to_134_ms()
    {
        var histogram = new LatencyHistogram();
        Assert.Equal(4096, LatencyHistogram.UpperBoundNanoseconds(0));
        Assert.Equal(long.MaxValue, LatencyHistogram.UpperBoundNanoseconds(histogram.BucketCount - 1));
        Assert.Equal(1L << 27, LatencyHistogram.UpperBoundNanoseconds(histogram.BucketCount - 2));
        for (int i = 1; i < histogram.BucketCount - 1; i++)
        {
            double ratio = (double)LatencyHistogram.UpperBoundNanoseconds(i) / LatencyHistogram.UpperBoundNanoseconds(i - 1);
            Assert.InRange(ratio, 1.03, 1.0626);
        }
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(0)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4351)]
    [InlineData(4352)]
    [InlineData(50_000)]
    [InlineData(1_234_567)]
    [InlineData((1L << 27) - 1)]
    [InlineData(1L << 27)]
    [InlineData(long.MaxValue)]
    public void A_duration_is_counted_below_its_bound_and_not_below_the_one_before(long nanoseconds)
    {
        var histogram = new LatencyHistogram();
        histogram.Add(nanoseconds);
        int bucket = Enumerable.Range(0, histogram.BucketCount).Single(i => histogram.Count(i) == 1);
        Assert.True(Math.Max(nanoseconds, 0) < LatencyHistogram.UpperBoundNanoseconds(bucket) || bucket == histogram.BucketCount - 1);
        Assert.True(bucket == 0 || nanoseconds >= LatencyHistogram.UpperBoundNanoseconds(bucket - 1));
        Assert.Equal(Math.Max(nanoseconds, 0), histogram.SumNanoseconds);
    }

    [Fact]
    public void Adding_allocates_nothing()
    {
        var histogram = new LatencyHistogram();
        histogram.Add(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            histogram.Add(i * 1000);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1001, Enumerable.Range(0, histogram.BucketCount).Sum(histogram.Count));
    }
}

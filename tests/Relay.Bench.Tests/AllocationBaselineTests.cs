using System.Globalization;
using System.Text.Json;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Running;

// Another thread's garbage may set off a collection, and what it retires of this thread's allocation context counts as
// allocated.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Relay.Bench.Tests;

/// <summary>bench/allocation-baseline.json names every benchmark of Relay.Bench and what an operation allocates.</summary>
public sealed class AllocationBaselineTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, BenchmarkCase> Benchmarks =
        AllocationMeter.AllCases().ToDictionary(AllocationMeter.NameOf, StringComparer.Ordinal);

    private static readonly Dictionary<string, double> Baseline = JsonSerializer.Deserialize<Dictionary<string, double>>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "allocation-baseline.json")))!;

    public static TheoryData<string> Names => [.. Benchmarks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_operation_allocates_what_the_baseline_says(string name)
    {
        double bytes = AllocationMeter.Measure(Benchmarks[name]);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {bytes:0.###} bytes"));
        Assert.Equal(Baseline[name], bytes);
    }

    [Fact]
    public void The_baseline_names_exactly_the_benchmarks() =>
        Assert.Equal(Benchmarks.Keys.Order(StringComparer.Ordinal), Baseline.Keys.Order(StringComparer.Ordinal));

    [Fact]
    public void Every_baseline_is_zero() => Assert.All(Baseline, entry => Assert.Equal(0, entry.Value));

    [Theory]
    [InlineData(nameof(Allocating.Always), 24)]
    [InlineData(nameof(Allocating.EveryThousandth), 0.02)]
    public void What_allocates_is_found(string method, double bytesMin)
    {
        BenchmarkCase benchmark = AllocationMeter.Cases(typeof(Allocating))
            .Single(b => b.Descriptor.WorkloadMethod.Name.Equals(method, StringComparison.Ordinal));
        Assert.InRange(AllocationMeter.Measure(benchmark), bytesMin, 2 * bytesMin);
    }

    [Fact]
    public void Setup_does_not_count()
    {
        BenchmarkCase benchmark = AllocationMeter.Cases(typeof(FilledAhead)).Single();
        Assert.Equal(0, AllocationMeter.Measure(benchmark));
    }

    public class Allocating
    {
        private object _last = "";
        private int _count;

        [Benchmark]
        public int Always()
        {
            _last = new object();
            return _last.GetHashCode();
        }

        [Benchmark]
        public int EveryThousandth() => ++_count % 1000 == 0 ? Always() : 0;
    }

    [InvocationCount(16)]
    public class FilledAhead
    {
        private readonly Queue<string> _filled = new();

        [IterationSetup]
        public void Fill()
        {
            for (int i = 0; i < 16; i++)
            {
                _filled.Enqueue($"{i}");
            }
        }

        [Benchmark]
        public int Take() => _filled.Dequeue().Length;
    }
}

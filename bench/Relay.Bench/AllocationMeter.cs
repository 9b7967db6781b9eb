using System.Reflection;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Parameters;
using BenchmarkDotNet.Running;

namespace Relay.Bench;

/// <summary>
/// What one operation of a benchmark allocates, without its time: the same classes, setups and parameters as
/// BenchmarkDotNet takes, run in this thread for as long as counting needs, some milliseconds.
/// </summary>
public static class AllocationMeter
{
    private const int WarmUpRounds = 3;
    private const int OperationsMin = 10_000;
    private const int RoundsMin = 5;
    private const int RoundInvocations = 1024;

    /// <summary>Every benchmark of a type, once for each combination of its parameters.</summary>
    public static IEnumerable<BenchmarkCase> Cases(Type type) => BenchmarkConverter.TypeToBenchmarks(type).BenchmarksCases;

    /// <summary>Every benchmark of this program.</summary>
    public static IEnumerable<BenchmarkCase> AllCases() => typeof(AllocationMeter).Assembly.GetTypes()
        .Where(type => type.GetMethods().Any(method => method.IsDefined(typeof(BenchmarkDotNet.Attributes.BenchmarkAttribute))))
        .SelectMany(Cases);

    /// <summary>Such as <c>ForwardBenchmarks.ByOnes(AeadAes128Gcm)</c>.</summary>
    public static string NameOf(BenchmarkCase benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        string parameters = string.Join(", ", benchmark.Parameters.Items.Select(item => item.Value));
        string name = $"{benchmark.Descriptor.Type.Name}.{benchmark.Descriptor.WorkloadMethod.Name}";
        return parameters.Length == 0 ? name : $"{name}({parameters})";
    }

    /// <summary>Bytes allocated per operation.</summary>
    public static double Measure(BenchmarkCase benchmark)
    {
        ArgumentNullException.ThrowIfNull(benchmark);
        Descriptor descriptor = benchmark.Descriptor;
        object instance = Activator.CreateInstance(descriptor.Type)!;
        foreach (ParameterInstance parameter in benchmark.Parameters.Items)
        {
            descriptor.Type.GetProperty(parameter.Name)!.SetValue(instance, parameter.Value);
        }

        Func<int> body = descriptor.WorkloadMethod.CreateDelegate<Func<int>>(instance);
        Action? fill = descriptor.IterationSetupMethod?.CreateDelegate<Action>(instance);
        RunMode run = benchmark.Job.Run;
        int invocations = run.HasValue(RunMode.InvocationCountCharacteristic) ? (int)run.InvocationCount : RoundInvocations;
        int rounds = Math.Max(RoundsMin, OperationsMin / (invocations * descriptor.OperationsPerInvoke));
        descriptor.GlobalSetupMethod?.Invoke(instance, null);
        Run(body, fill, invocations, WarmUpRounds);
        long allocated = Run(body, fill, invocations, rounds);
        descriptor.GlobalCleanupMethod?.Invoke(instance, null);
        return (double)allocated / ((long)rounds * invocations * descriptor.OperationsPerInvoke);
    }

    private static long Run(Func<int> body, Action? fill, int invocations, int rounds)
    {
        long allocated = 0;
        for (int round = 0; round < rounds; round++)
        {
            fill?.Invoke();
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < invocations; i++)
            {
                body();
            }

            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return allocated;
    }
}

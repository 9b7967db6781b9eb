using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.Emit;
using Perfolizer.Horology;
using Relay.Bench;

// In this process: a build of its own for each set would take longer than what it measures. Arguments are BenchmarkDotNet's,
// such as "--filter *Forward*".
Job job = Job.Default
    .WithToolchain(InProcessEmitToolchain.Instance)
    .WithWarmupCount(6)
    .WithIterationCount(15)
    .WithIterationTime(TimeInterval.FromMilliseconds(50));
IConfig config = ManualConfig.CreateEmpty()
    .AddJob(job)
    .AddDiagnoser(MemoryDiagnoser.Default)
    .AddColumnProvider(DefaultColumnProviders.Instance)
    .AddLogger(ConsoleLogger.Default)
    .WithOptions(ConfigOptions.JoinSummary | ConfigOptions.DisableLogFile)
    .WithArtifactsPath("artifacts/bench/micro");
BenchmarkReport[] reports =
[
    .. BenchmarkSwitcher.FromAssembly(typeof(AllocationMeter).Assembly)
        .Run(args.Length == 0 ? ["--filter", "*"] : args, config)
        .SelectMany(summary => summary.Reports),
];
foreach (BenchmarkReport report in reports.Where(report => report.Success))
{
    BenchmarkCase benchmark = report.BenchmarkCase;
    long bytes = report.GcStats.GetBytesAllocatedPerOperation(benchmark) ?? 0;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"micro: {report.ResultStatistics!.Mean:0.0} ns, {bytes} bytes an operation, {AllocationMeter.NameOf(benchmark)}"));
}

int measured = reports.Count(report => report.Success);
bool isComplete = measured == reports.Length && measured > 0;
Console.WriteLine($"micro: {measured} of {reports.Length} benchmarks measured (bar: all) {(isComplete ? "pass" : "fail")}");
return isComplete ? 0 : 1;

using Relay.Load.CommandLine;

namespace Relay.Load.Benches;

/// <summary>What all benches have in common.</summary>
internal sealed record BenchSettings
{
    public const string Usage =
        """
        bench NAME: a bench of bench.sh: reflect, forward, fanout, latency, pairs, handshake, turn
          --quick              about a minute
          --server-cpu N --load-cpu N   CPUs (0 and the last one)
        """;

    public required bool IsQuick { get; init; }

    /// <summary>What taskset takes for servers.</summary>
    public required string ServerCpus { get; init; }

    /// <summary>Options of the C programs that are the relay's defaults.</summary>
    public string[] LimitOptions { get; } = ["--gro", "--gso", "--gather", "50"];

    public static async Task<int> RunAsync(string name, Arguments arguments)
    {
        CpuPinning.PinLoad(arguments);
        var settings = new BenchSettings { IsQuick = arguments.Flag("quick"), ServerCpus = CpuPinning.ServerCpus(arguments) };
        arguments.EnsureAllRead();
        return name switch
        {
            "reflect" => await ReflectBench.RunAsync(settings),
            "forward" => await ForwardBench.RunAsync(settings),
            "fanout" => await FanoutBench.RunAsync(settings),
            "latency" => await LatencyBench.RunAsync(settings),
            "pairs" => await PairsBench.RunAsync(settings),
            "handshake" => await HandshakeBench.RunAsync(settings),
            "turn" => await TurnBench.RunAsync(settings),
            _ => throw new UsageException($"No bench of the load generator is called '{name}'."),
        };
    }
}

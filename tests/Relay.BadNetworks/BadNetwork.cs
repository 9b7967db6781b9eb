using Relay.Testing.Network;

namespace Relay.BadNetworks;

/// <summary>One stretch of a case: what the measured sender's uplink and the receiver's downlink do, and for how long.</summary>
/// <param name="Up">The sender's way into the network.</param>
/// <param name="Down">The network's way to the receiver.</param>
/// <param name="Seconds">Its length; 0 for the rest of the case.</param>
public sealed record Stretch(LinkProfile Up, LinkProfile Down, double Seconds = 0);

/// <summary>A network that calls are measured on; the stretches follow one another, again and again.</summary>
/// <param name="Name">For reports.</param>
/// <param name="Stretches">What happens.</param>
public sealed record BadNetwork(string Name, params Stretch[] Stretches)
{
    public const double BottleneckBitsPerSecond = 300_000;
    private const double DelayMilliseconds = 10;
    private const double CycleSeconds = 10;

    /// <summary>Every access link, when nothing is wrong with it.</summary>
    public static LinkProfile Clean { get; } = new("clean") { DelayMilliseconds = DelayMilliseconds };

    /// <summary>Clean first: the others are compared with it.</summary>
    public static IReadOnlyList<BadNetwork> All { get; } =
    [
        new("clean", new Stretch(Clean, Clean)),
        new("loss-up", new Stretch(Clean with { Loss = 0.05 }, Clean)),
        new("loss-down", new Stretch(Clean, Clean with { Loss = 0.05 })),
        new("bursts-down", new Stretch(Clean, Clean with { Loss = 0.10, LossBurstPackets = 4 })),
        new("jitter-down", new Stretch(Clean, Clean with { DelayMilliseconds = 60, JitterMilliseconds = 50 })),
        new("bottleneck", new Stretch(Clean, Bottleneck)),
        new("comes-and-goes", new Stretch(Clean, Bottleneck, CycleSeconds), new Stretch(Clean, Clean, CycleSeconds)),
    ];

    private static LinkProfile Bottleneck => Clean with { BitsPerSecond = BottleneckBitsPerSecond, QueueMilliseconds = 300 };
}

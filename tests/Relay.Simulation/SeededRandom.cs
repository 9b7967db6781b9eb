using Relay.Core.Primitives;

namespace Relay.Simulation;

/// <summary>Repeatable randomness: the same seed gives the same run.</summary>
public sealed class SeededRandom(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> destination) => _random.NextBytes(destination);

    /// <summary>True with the given probability, 0 to 1.</summary>
    public bool Chance(double probability) => _random.NextDouble() < probability;

    public int Next(int exclusiveMax) => _random.Next(exclusiveMax);

    public int Next(int min, int exclusiveMax) => _random.Next(min, exclusiveMax);
}

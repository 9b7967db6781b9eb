using Relay.Core.Primitives;

namespace Relay.Core.Tests.Pairing;

/// <summary>Repeatable randomness for tests.</summary>
internal sealed class SeededRandomSource(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> destination) => _random.NextBytes(destination);
}

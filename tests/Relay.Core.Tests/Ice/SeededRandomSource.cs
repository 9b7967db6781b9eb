using Relay.Core.Primitives;

namespace Relay.Core.Tests.Ice;

internal sealed class SeededRandomSource(int seed) : RandomSource
{
    private readonly Random _random = new(seed);

    public override void Fill(Span<byte> destination) => _random.NextBytes(destination);
}

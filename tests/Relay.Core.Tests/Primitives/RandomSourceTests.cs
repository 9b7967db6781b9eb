using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public sealed class RandomSourceTests
{
    [Fact]
    public void Numbers_are_the_next_bytes_of_the_source()
    {
        var source = new Counting();
        Assert.Equal(0x0302_0100u, source.NextUInt32());
        Assert.Equal(0x0b0a_0908_0706_0504UL, source.NextUInt64());
        Assert.Equal(0x0d0c, source.NextUInt16());
    }

    private sealed class Counting : RandomSource
    {
        private byte _next;

        public override void Fill(Span<byte> destination)
        {
            foreach (ref byte value in destination)
            {
                value = _next++;
            }
        }
    }
}

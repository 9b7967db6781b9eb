using Relay.Core.Primitives;
using Xunit;

namespace Relay.Core.Tests.Primitives;

public class SequenceNumberTests
{
    [Theory]
    [InlineData(1, 0, true)]
    [InlineData(0, 65535, true)]
    [InlineData(65535, 0, false)]
    [InlineData(5, 5, false)]
    public void Newer_is_decided_across_the_wrap(int value, int reference, bool expected) =>
        Assert.Equal(expected, SequenceNumber.IsNewer((ushort)value, (ushort)reference));

    [Theory]
    [InlineData(0, 65535, 65536)]
    [InlineData(65535, 65536, 65535)]
    [InlineData(10, 65535 * 4L, 262154)]
    public void Extend_picks_the_nearest_number(int value, long reference, long expected) =>
        Assert.Equal(expected, SequenceNumber.Extend((ushort)value, reference));
}

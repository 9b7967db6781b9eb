using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LoopFilterLimitsTests
{
    [Theory]
    [InlineData(1, 0, 7, 3, 1, 0)]
    [InlineData(1, 7, 7, 3, 1, 0)]
    [InlineData(14, 0, 46, 42, 14, 0)]
    [InlineData(15, 0, 49, 45, 15, 1)]
    [InlineData(39, 1, 90, 86, 8, 1)]
    [InlineData(40, 4, 89, 85, 5, 2)]
    [InlineData(12, 4, 33, 29, 5, 0)]
    [InlineData(12, 5, 31, 27, 3, 0)]
    [InlineData(63, 7, 132, 128, 2, 2)]
    [InlineData(63, 0, 193, 189, 63, 2)]
    public void Limits_come_from_level_and_sharpness(
        int level, int sharpness, int macroblock, int subblock, int interior, int variance) =>
        Assert.Equal(new LoopFilterLimits(macroblock, subblock, interior, variance), LoopFilterLimits.For(level, sharpness));
}

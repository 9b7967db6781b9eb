using Relay.Core.Srtp;
using Xunit;

namespace Relay.Core.Tests.Srtp;

public class SrtpPacketIndexTests
{
    private const long Turn = 65_536;

    [Theory]
    [InlineData(0, 1, 1)]
    [InlineData(65_535, 0, Turn)]
    [InlineData(65_535, 32_766, Turn + 32_766)]
    [InlineData(65_535, 32_767, 32_767)] // Exactly half a turn: appendix A stays in the turn.
    [InlineData(Turn, 65_535, 65_535)]
    [InlineData(Turn, 0x8000, Turn + 0x8000)] // Exactly half a turn the other way: appendix A stays in the turn too.
    [InlineData(Turn, 0x8001, 0x8001)]
    [InlineData((7 * Turn) + 5, 65_000, (6 * Turn) + 65_000)]
    [InlineData((7 * Turn) + 65_000, 5, (8 * Turn) + 5)]
    [InlineData((7 * Turn) + 40_000, 39_000, (7 * Turn) + 39_000)]
    public void The_guess_is_that_of_rfc_3711_appendix_a(long highest, int sequence, long expected) =>
        Assert.Equal(expected, SrtpPacketIndex.Guess(highest, (ushort)sequence));

    [Fact]
    public void Before_the_first_turn_there_is_nothing() => Assert.True(SrtpPacketIndex.Guess(3, 65_535) < 0);

    [Fact]
    public void After_the_last_turn_there_is_nothing()
    {
        Assert.True(SrtpPacketIndex.Guess(SrtpPacketIndex.Max, 0) > SrtpPacketIndex.Max);
        Assert.Equal(SrtpPacketIndex.Max, SrtpPacketIndex.Guess(SrtpPacketIndex.Max - 1, 65_535));
    }

    [Fact]
    public void Every_distance_below_half_a_turn_is_recovered()
    {
        foreach (long highest in new[] { 5 * Turn, (5 * Turn) + 1, (5 * Turn) + 0x7FFF, (5 * Turn) + 0x8000, (6 * Turn) - 1 })
        {
            for (int distance = -0x7FFF; distance <= 0x7FFF; distance++)
            {
                long index = highest + distance;
                Assert.Equal(index, SrtpPacketIndex.Guess(highest, (ushort)index));
            }
        }
    }

    [Fact]
    public void The_rollover_counter_is_the_upper_half()
    {
        Assert.Equal(7u, SrtpPacketIndex.RolloverCounter((7 * Turn) + 65_535));
        Assert.Equal(uint.MaxValue, SrtpPacketIndex.RolloverCounter(SrtpPacketIndex.Max));
    }
}

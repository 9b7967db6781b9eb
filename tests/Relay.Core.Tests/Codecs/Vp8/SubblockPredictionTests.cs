using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class SubblockPredictionTests
{
    private const int Stride = 6;

    /// <summary>An edge that rises by 10 a pixel: what is at a place tells the place, also after evening.</summary>
    private static readonly byte[] Rising = [.. Enumerable.Range(0, 13).Select(i => (byte)(i * 10))];

    // The pixels of section 12.3, as places on the edge times ten; between two places is a half.
    [Theory]
    [InlineData(nameof(SubblockMode.Vertical), "50 60 70 80 / 50 60 70 80 / 50 60 70 80 / 50 60 70 80")]
    [InlineData(nameof(SubblockMode.LeftDown), "60 70 80 90 / 70 80 90 100 / 80 90 100 110 / 90 100 110 118")]
    [InlineData(nameof(SubblockMode.RightDown), "40 50 60 70 / 30 40 50 60 / 20 30 40 50 / 10 20 30 40")]
    [InlineData(nameof(SubblockMode.VerticalRight), "45 55 65 75 / 40 50 60 70 / 30 45 55 65 / 20 40 50 60")]
    [InlineData(nameof(SubblockMode.VerticalLeft), "55 65 75 85 / 60 70 80 90 / 65 75 85 100 / 70 80 90 110")]
    [InlineData(nameof(SubblockMode.HorizontalDown), "35 40 50 60 / 25 30 35 40 / 15 20 25 30 / 5 10 15 20")]
    [InlineData(nameof(SubblockMode.HorizontalUp), "25 20 15 10 / 15 10 5 3 / 5 3 0 0 / 0 0 0 0")]
    [InlineData(nameof(SubblockMode.Horizontal), "30 30 30 30 / 20 20 20 20 / 10 10 10 10 / 3 3 3 3")]
    [InlineData(nameof(SubblockMode.TrueMotion), "40 50 60 70 / 30 40 50 60 / 20 30 40 50 / 10 20 30 40")]
    [InlineData(nameof(SubblockMode.Dc), "40 40 40 40 / 40 40 40 40 / 40 40 40 40 / 40 40 40 40")]
    public void Pixels_come_from_their_places_on_the_edge(string mode, string expected)
    {
        byte[] block = new byte[Stride * 4];
        SubblockPrediction.Predict(Enum.Parse<SubblockMode>(mode), Rising, block, Stride);
        string actual = string.Join(" / ", Enumerable.Range(0, 4).Select(y => string.Join(' ', block.Skip(y * Stride).Take(4))));
        Assert.Equal(expected, actual);
        Assert.All(Enumerable.Range(0, 4), y => Assert.Equal(0, block[(y * Stride) + 4]));
    }

    [Theory]
    [InlineData(255, 0, 255, 255)]
    [InlineData(0, 255, 0, 0)]
    public void True_motion_stays_within_the_range(byte left, byte corner, byte above, byte expected)
    {
        byte[] edge = [left, left, left, left, corner, above, above, above, above, 0, 0, 0, 0];
        byte[] block = new byte[16];
        SubblockPrediction.Predict(SubblockMode.TrueMotion, edge, block, 4);
        Assert.All(block, pixel => Assert.Equal(expected, pixel));
    }

    [Fact]
    public void Averages_are_rounded()
    {
        byte[] edge = [0, 1, 0, 0, 1, 2, 2, 3, 3, 3, 2, 1, 0];
        byte[] block = new byte[16];
        SubblockPrediction.Predict(SubblockMode.Dc, edge, block, 4);

        // (1 + 10 + 4) / 8.
        Assert.Equal(1, block[0]);
        SubblockPrediction.Predict(SubblockMode.Vertical, edge, block, 4);
        Assert.Equal((byte[])[2, 2, 3, 3], block[..4]);
        SubblockPrediction.Predict(SubblockMode.HorizontalDown, edge, block, 4);
        Assert.Equal((byte[])[1, 1, 2, 2], block[..4]);
    }

    [Fact]
    public void The_edge_goes_from_below_on_the_left_to_above_on_the_right()
    {
        byte[] pixels = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];
        byte[] edge = new byte[13];
        SubblockPrediction.ReadEdge(pixels, offset: 19, stride: 10, [101, 102, 103, 104], edge);
        Assert.Equal((byte[])[48, 38, 28, 18, 8, 9, 10, 11, 12, 101, 102, 103, 104], edge);
    }
}

using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class EdgePixelsTests
{
    private const int Stride = 37;

    private readonly byte[] _pixels = new byte[Stride * 24];

    public EdgePixelsTests() => new Random(9).NextBytes(_pixels);

    [Fact]
    public void Across_an_edge_to_the_left_are_columns()
    {
        const int Offset = (3 * Stride) + 9;
        EdgePixels edge = EdgePixels.LeftOf(_pixels, Offset, Stride);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(_pixels.AsSpan(Offset + (i * Stride) - 4, 8).ToArray(), At(edge, i));
        }
    }

    [Fact]
    public void Across_an_edge_above_are_rows()
    {
        const int Offset = (5 * Stride) + 9;
        EdgePixels edge = EdgePixels.AboveOf(_pixels, Offset, Stride);
        for (int i = 0; i < 16; i++)
        {
            for (int across = -4; across < 4; across++)
            {
                Assert.Equal(_pixels[Offset + (across * Stride) + i], At(edge, i)[across + 4]);
            }
        }
    }

    [Fact]
    public void What_was_read_can_be_written_back()
    {
        byte[] before = (byte[])_pixels.Clone();
        EdgePixels.LeftOf(_pixels, (3 * Stride) + 9, Stride).WriteLeftOf(_pixels, (3 * Stride) + 9, Stride);
        EdgePixels.AboveOf(_pixels, (5 * Stride) + 9, Stride).WriteAboveOf(_pixels, (5 * Stride) + 9, Stride);
        Assert.Equal(before, _pixels);
    }

    [Fact]
    public void Only_pixels_that_filters_change_are_written_elsewhere()
    {
        byte[] left = new byte[_pixels.Length];
        EdgePixels.LeftOf(_pixels, (3 * Stride) + 9, Stride).WriteLeftOf(left, (3 * Stride) + 9, Stride);
        byte[] above = new byte[_pixels.Length];
        EdgePixels.AboveOf(_pixels, (5 * Stride) + 9, Stride).WriteAboveOf(above, (5 * Stride) + 9, Stride);
        for (int i = 0; i < _pixels.Length; i++)
        {
            (int x, int y) = (i % Stride, i / Stride);
            Assert.Equal(x is >= 5 and < 13 && y is >= 3 and < 19 ? _pixels[i] : (byte)0, left[i]);
            Assert.Equal(x is >= 9 and < 25 && y is >= 2 and < 8 ? _pixels[i] : (byte)0, above[i]);
        }
    }

    private static byte[] At(in EdgePixels edge, int i) =>
    [
        edge.P3[i], edge.P2[i], edge.P1[i], edge.P0[i], edge.Q0[i], edge.Q1[i], edge.Q2[i], edge.Q3[i],
    ];
}

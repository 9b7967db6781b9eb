using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LumaPlaneTests
{
    private readonly LumaPlane _plane = new();

    [Theory]
    [InlineData(1, 1, 1, 1)]
    [InlineData(16, 16, 1, 1)]
    [InlineData(17, 16, 2, 1)]
    [InlineData(175, 143, 11, 9)]
    public void A_plane_has_whole_macroblocks(int width, int height, int columns, int rows)
    {
        _plane.Resize(width, height);
        Assert.Equal((columns, rows), (_plane.Columns, _plane.Rows));

        // The last pixel of the last macroblock is there.
        _ = _plane.Pixels[_plane.OffsetOf(columns - 1, rows - 1) + (15 * _plane.Stride) + 15];
    }

    [Fact]
    public void Above_and_to_the_left_is_grey_whatever_was_there()
    {
        _plane.Resize(64, 64);
        _plane.Pixels.Fill(1);
        _plane.Resize(33, 17);
        int first = _plane.OffsetOf(0, 0);
        for (int x = -1; x < 48; x++)
        {
            Assert.Equal(127, _plane.Pixels[first - _plane.Stride + x]);
        }

        for (int y = 0; y < 32; y++)
        {
            Assert.Equal(129, _plane.Pixels[first + (y * _plane.Stride) - 1]);
        }
    }

    [Fact]
    public void Lines_are_the_picture_s()
    {
        _plane.Resize(33, 17);
        _plane.Pixels[_plane.OffsetOf(0, 1)] = 11;
        _plane.Pixels[_plane.OffsetOf(2, 1)] = 22;
        Assert.Equal(33, _plane.Line(16, 33).Length);
        Assert.Equal((11, 22), (_plane.Line(16, 33)[0], _plane.Line(16, 33)[32]));
    }
}

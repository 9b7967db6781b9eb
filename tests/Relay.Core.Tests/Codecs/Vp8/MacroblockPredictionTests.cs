using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class MacroblockPredictionTests
{
    private readonly LumaPlane _plane = new();

    public MacroblockPredictionTests()
    {
        _plane.Resize(48, 32);

        // Above the macroblock in the second row and column: 0, 5, 10 and so on; to its left: 200, 199, 198; at its corner 90.
        int offset = _plane.OffsetOf(1, 1);
        for (int i = 0; i < 16; i++)
        {
            _plane.Pixels[offset - _plane.Stride + i] = (byte)(i * 5);
            _plane.Pixels[offset + (i * _plane.Stride) - 1] = (byte)(200 - i);
        }

        _plane.Pixels[offset - _plane.Stride - 1] = 90;
    }

    [Fact]
    public void Vertical_repeats_the_pixels_above() => AssertPixels(LumaMode.Vertical, (x, _) => x * 5);

    [Fact]
    public void Horizontal_repeats_the_pixels_to_the_left() => AssertPixels(LumaMode.Horizontal, (_, y) => 200 - y);

    [Fact]
    public void True_motion_goes_on_as_above_and_to_the_left() =>
        AssertPixels(LumaMode.TrueMotion, (x, y) => Math.Clamp(200 - y + (x * 5) - 90, 0, 255));

    [Fact]
    public void Dc_is_the_average() => AssertPixels(LumaMode.Dc, (_, _) => ((75 * 8) + (200 * 16) - 120 + 16) / 32);

    [Theory]
    [InlineData(0, 0, 128)]
    [InlineData(1, 0, 30)]
    [InlineData(0, 1, 50)]
    public void Dc_takes_what_is_in_the_picture_only(int column, int row, byte expected)
    {
        Fill(0, 0, row == 0 ? (byte)30 : (byte)50);
        MacroblockPrediction.Predict(LumaMode.Dc, _plane, column, row);
        Assert.Equal(expected, _plane.Pixels[_plane.OffsetOf(column, row)]);
        Assert.Equal(expected, _plane.Pixels[_plane.OffsetOf(column, row) + (15 * _plane.Stride) + 15]);
    }

    [Theory]
    [InlineData(nameof(LumaMode.Vertical), 127)]
    [InlineData(nameof(LumaMode.Horizontal), 129)]
    [InlineData(nameof(LumaMode.TrueMotion), 129)]
    public void Beyond_the_picture_there_is_grey(string mode, byte expected)
    {
        MacroblockPrediction.Predict(Enum.Parse<LumaMode>(mode), _plane, 0, 0);
        Assert.Equal(expected, _plane.Pixels[_plane.OffsetOf(0, 0)]);
    }

    private void AssertPixels(LumaMode mode, Func<int, int, int> expected)
    {
        MacroblockPrediction.Predict(mode, _plane, 1, 1);
        for (int y = 0; y < 16; y++)
        {
            for (int x = 0; x < 16; x++)
            {
                Assert.Equal(expected(x, y), _plane.Pixels[_plane.OffsetOf(1, 1) + (y * _plane.Stride) + x]);
            }
        }
    }

    private void Fill(int column, int row, byte value)
    {
        for (int y = 0; y < 16; y++)
        {
            _plane.Pixels.Slice(_plane.OffsetOf(column, row) + (y * _plane.Stride), 16).Fill(value);
        }
    }
}

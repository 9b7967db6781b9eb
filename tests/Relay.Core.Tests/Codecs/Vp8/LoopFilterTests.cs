using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class LoopFilterTests
{
    private static readonly LoopFilterLimits Limits = LoopFilterLimits.For(30, 0);

    private readonly LumaPlane _plane = new();

    [Theory]
    [InlineData(0, 0, false, new int[0], new int[0])]
    [InlineData(0, 0, true, new[] { 4, 8, 12 }, new[] { 4, 8, 12 })]
    [InlineData(1, 0, false, new[] { 0 }, new int[0])]
    [InlineData(0, 1, false, new int[0], new[] { 0 })]
    [InlineData(1, 1, true, new[] { 0, 4, 8, 12 }, new[] { 0, 4, 8, 12 })]
    public void Edges_of_the_picture_and_of_plain_macroblocks_stay(
        int column, int row, bool hasInner, int[] vertical, int[] horizontal)
    {
        // Steps at each edge, to the right: what a filter changes is next to it.
        Assert.Equal(vertical, ChangedEdges((x, _) => x / 4 * 5, column, row, hasInner).Columns);
        Assert.Equal(horizontal, ChangedEdges((_, y) => y / 4 * 5, column, row, hasInner).Rows);
    }

    [Fact]
    public void The_left_is_filtered_before_the_top()
    {
        // At the corner both filters change the same pixels, and the order can be seen: the filter of columns, then that of rows.
        Fill((x, y) => ((x / 16) + (y / 16)) % 2 == 0 ? 100 : 118);
        byte[] before = _plane.Pixels.ToArray();
        LoopFilter.Filter(_plane, 1, 1, isSimple: false, Limits, hasInner: false);

        int offset = _plane.OffsetOf(1, 1);
        EdgePixels left = EdgePixels.LeftOf(before, offset, _plane.Stride);
        EdgeFilter.Filter(ref left, isSimple: false, Limits, isInner: false);
        left.WriteLeftOf(before, offset, _plane.Stride);
        EdgePixels above = EdgePixels.AboveOf(before, offset, _plane.Stride);
        EdgeFilter.Filter(ref above, isSimple: false, Limits, isInner: false);
        above.WriteAboveOf(before, offset, _plane.Stride);
        Assert.Equal(before, _plane.Pixels);
    }

    private (int[] Columns, int[] Rows) ChangedEdges(Func<int, int, int> pixel, int column, int row, bool hasInner)
    {
        Fill(pixel);
        byte[] before = _plane.Pixels.ToArray();
        LoopFilter.Filter(_plane, column, row, isSimple: true, Limits, hasInner);
        int offset = _plane.OffsetOf(column, row);
        int[] edges = [0, 4, 8, 12];
        byte[] after = _plane.Pixels.ToArray();
        return (
            [.. edges.Where(x => before[offset + x + _plane.Stride] != after[offset + x + _plane.Stride])],
            [.. edges.Where(y => before[offset + (y * _plane.Stride) + 1] != after[offset + (y * _plane.Stride) + 1])]);
    }

    private void Fill(Func<int, int, int> pixel)
    {
        _plane.Resize(32, 32);
        for (int y = 0; y < 32; y++)
        {
            for (int x = 0; x < 32; x++)
            {
                _plane.Pixels[_plane.OffsetOf(0, 0) + (y * _plane.Stride) + x] = (byte)pixel(x, y);
            }
        }
    }
}

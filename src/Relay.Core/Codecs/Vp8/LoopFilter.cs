namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 section 15: evens the edges of macroblocks and subblocks, macroblock by macroblock: each sees what was filtered
/// before it. Prediction within the frame is from pixels that were not filtered, so a frame is filtered when it is whole.
/// </summary>
internal static class LoopFilter
{
    private const int Side = Macroblock.Side;
    private const int Step = Macroblock.SubblockPixels;

    /// <param name="isSimple">The simple filter instead of the normal one.</param>
    /// <param name="hasInner">The edges of subblocks as well.</param>
    public static void Filter(LumaPlane plane, int column, int row, bool isSimple, in LoopFilterLimits limits, bool hasInner)
    {
        Span<byte> pixels = plane.Pixels;
        int stride = plane.Stride;
        int offset = plane.OffsetOf(column, row);

        // To the left first, then from left to right, then from the top.
        for (int x = column > 0 ? 0 : Step; x < (hasInner ? Side : 1); x += Step)
        {
            EdgePixels edge = EdgePixels.LeftOf(pixels, offset + x, stride);
            if (EdgeFilter.Filter(ref edge, isSimple, limits, isInner: x > 0))
            {
                edge.WriteLeftOf(pixels, offset + x, stride);
            }
        }

        for (int y = row > 0 ? 0 : Step; y < (hasInner ? Side : 1); y += Step)
        {
            EdgePixels edge = EdgePixels.AboveOf(pixels, offset + (y * stride), stride);
            if (EdgeFilter.Filter(ref edge, isSimple, limits, isInner: y > 0))
            {
                edge.WriteAboveOf(pixels, offset + (y * stride), stride);
            }
        }
    }
}

namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 12.2 and 12.3: predicts a whole macroblock from the pixels above it and to its left.</summary>
internal static class MacroblockPrediction
{
    private const int Side = Macroblock.Side;
    private const byte DcWithoutNeighbours = 128;

    /// <param name="mode">Not <see cref="LumaMode.Subblocks"/>.</param>
    /// <param name="plane">All macroblocks before this one are in it, not yet filtered.</param>
    public static void Predict(LumaMode mode, LumaPlane plane, int column, int row)
    {
        Span<byte> pixels = plane.Pixels;
        int stride = plane.Stride;
        int offset = plane.OffsetOf(column, row);
        ReadOnlySpan<byte> above = pixels.Slice(offset - stride, Side);
        byte dc = mode == LumaMode.Dc ? Average(pixels, offset, stride, hasAbove: row > 0, hasLeft: column > 0) : (byte)0;
        int corner = pixels[offset - stride - 1];
        for (int y = 0; y < Side; y++, offset += stride)
        {
            byte left = pixels[offset - 1];
            Span<byte> line = pixels.Slice(offset, Side);
            switch (mode)
            {
                case LumaMode.Vertical:
                    above.CopyTo(line);
                    break;
                case LumaMode.Horizontal:
                    line.Fill(left);
                    break;
                case LumaMode.TrueMotion:
                    Slope(line, above, left - corner);
                    break;
                default:
                    line.Fill(dc);
                    break;
            }
        }
    }

    private static void Slope(Span<byte> line, ReadOnlySpan<byte> above, int difference)
    {
        for (int x = 0; x < line.Length; x++)
        {
            line[x] = (byte)Math.Clamp(above[x] + difference, 0, 255);
        }
    }

    /// <summary>Of the neighbours within the picture.</summary>
    private static byte Average(ReadOnlySpan<byte> pixels, int offset, int stride, bool hasAbove, bool hasLeft)
    {
        int sum = 0;
        int count = 0;
        if (hasAbove)
        {
            foreach (byte pixel in pixels.Slice(offset - stride, Side))
            {
                sum += pixel;
            }

            count += Side;
        }

        if (hasLeft)
        {
            for (int y = 0; y < Side; y++)
            {
                sum += pixels[offset + (y * stride) - 1];
            }

            count += Side;
        }

        return count == 0 ? DcWithoutNeighbours : (byte)((sum + (count / 2)) / count);
    }
}

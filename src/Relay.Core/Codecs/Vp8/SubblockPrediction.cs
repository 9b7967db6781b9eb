namespace Relay.Core.Codecs.Vp8;

// RFC 6386 section 12.3: predicts a subblock from its edge, the 13 pixels around it from its lower left corner to the right of
// its upper right corner. P, A and L are the names that the RFC has for them.
//
//       +---+----+----+----+----+----+----+----+----+
//       | 4 |  5 |  6 |  7 |  8 |  9 | 10 | 11 | 12 |     P, A0 to A7
//       +---+----+----+----+----+----+----+----+----+
//       | 3 |    |    |    |    |                         L0
//       +---+----+----+----+----+
//       | 2 |    |    |    |    |                         L1
//       +---+----+----+----+----+
//       | 1 |    |    |    |    |                         L2
//       +---+----+----+----+----+
//       | 0 |    |    |    |    |                         L3
//       +---+----+----+----+----+

/// <summary>Predicts subblocks of 4x4 pixels.</summary>
internal static class SubblockPrediction
{
    /// <summary>Pixels of the edge.</summary>
    public const int EdgeLength = 13;

    /// <summary>Pixels of the edge that are above the next subblock, at its end.</summary>
    public const int AboveRightLength = 4;

    private const int Side = Macroblock.SubblockPixels;
    private const int Corner = 4;
    private const int Above = 5;
    private const int AboveRight = 9;

    /// <summary>Collects the edge of a subblock from its plane.</summary>
    /// <param name="pixels">The plane.</param>
    /// <param name="offset">Of the subblock's first pixel.</param>
    /// <param name="aboveRight">The last four pixels: not always those that are there.</param>
    public static void ReadEdge(ReadOnlySpan<byte> pixels, int offset, int stride, ReadOnlySpan<byte> aboveRight, Span<byte> edge)
    {
        for (int y = 0; y < Side; y++)
        {
            edge[Corner - 1 - y] = pixels[offset + (y * stride) - 1];
        }

        pixels.Slice(offset - stride - 1, 1 + Side).CopyTo(edge[Corner..]);
        aboveRight.CopyTo(edge[AboveRight..]);
    }

    /// <param name="edge">13 pixels.</param>
    /// <param name="block">From the subblock's first pixel on.</param>
    /// <param name="stride">From one row of pixels to the next.</param>
    public static void Predict(SubblockMode mode, ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        switch (mode)
        {
            case SubblockMode.Dc:
                PredictDc(edge, block, stride);
                break;
            case SubblockMode.TrueMotion:
                PredictTrueMotion(edge, block, stride);
                break;
            case SubblockMode.Vertical:
                Fill(block, stride, Smooth(edge, 5), Smooth(edge, 6), Smooth(edge, 7), Smooth(edge, 8));
                break;
            case SubblockMode.Horizontal:
                PredictHorizontal(edge, block, stride);
                break;
            case SubblockMode.LeftDown:
                PredictLeftDown(edge, block, stride);
                break;
            case SubblockMode.RightDown:
                PredictRightDown(edge, block, stride);
                break;
            case SubblockMode.VerticalRight:
                PredictVerticalRight(edge, block, stride);
                break;
            case SubblockMode.VerticalLeft:
                PredictVerticalLeft(edge, block, stride);
                break;
            case SubblockMode.HorizontalDown:
                PredictHorizontalDown(edge, block, stride);
                break;
            default:
                PredictHorizontalUp(edge, block, stride);
                break;
        }
    }

    private static void PredictDc(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        int sum = 0;
        for (int i = 0; i < Side; i++)
        {
            sum += edge[i] + edge[Above + i];
        }

        byte average = (byte)((sum + Side) / (2 * Side));
        Fill(block, stride, average, average, average, average);
    }

    private static void PredictTrueMotion(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        for (int y = 0; y < Side; y++)
        {
            int difference = edge[Corner - 1 - y] - edge[Corner];
            for (int x = 0; x < Side; x++)
            {
                block[(y * stride) + x] = (byte)Math.Clamp(edge[Above + x] + difference, 0, 255);
            }
        }
    }

    private static void PredictHorizontal(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        for (int y = 0; y < Side - 1; y++)
        {
            block.Slice(y * stride, Side).Fill(Smooth(edge, Corner - 1 - y));
        }

        // There is nothing below the last pixel.
        block.Slice((Side - 1) * stride, Side).Fill(Smooth(edge[1], edge[0], edge[0]));
    }

    /// <summary>Along diagonals from the right above; they meet the edge from A1 on.</summary>
    private static void PredictLeftDown(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                int at = Above + 1 + x + y;
                block[(y * stride) + x] = at < EdgeLength - 1 ? Smooth(edge, at) : Smooth(edge[11], edge[12], edge[12]);
            }
        }
    }

    /// <summary>Along diagonals from the left above.</summary>
    private static void PredictRightDown(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        for (int y = 0; y < Side; y++)
        {
            for (int x = 0; x < Side; x++)
            {
                block[(y * stride) + x] = Smooth(edge, Corner + x - y);
            }
        }
    }

    private static void PredictVerticalRight(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        Row(block, Between(edge, 4), Between(edge, 5), Between(edge, 6), Between(edge, 7));
        Row(block[stride..], Smooth(edge, 4), Smooth(edge, 5), Smooth(edge, 6), Smooth(edge, 7));
        Row(block[(2 * stride)..], Smooth(edge, 3), Between(edge, 4), Between(edge, 5), Between(edge, 6));
        Row(block[(3 * stride)..], Smooth(edge, 2), Smooth(edge, 4), Smooth(edge, 5), Smooth(edge, 6));
    }

    private static void PredictVerticalLeft(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        // The last pixels of the last two rows do not follow the pattern.
        Row(block, Between(edge, 5), Between(edge, 6), Between(edge, 7), Between(edge, 8));
        Row(block[stride..], Smooth(edge, 6), Smooth(edge, 7), Smooth(edge, 8), Smooth(edge, 9));
        Row(block[(2 * stride)..], Between(edge, 6), Between(edge, 7), Between(edge, 8), Smooth(edge, 10));
        Row(block[(3 * stride)..], Smooth(edge, 7), Smooth(edge, 8), Smooth(edge, 9), Smooth(edge, 11));
    }

    private static void PredictHorizontalDown(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        Row(block, Between(edge, 3), Smooth(edge, 4), Smooth(edge, 5), Smooth(edge, 6));
        Row(block[stride..], Between(edge, 2), Smooth(edge, 3), Between(edge, 3), Smooth(edge, 4));
        Row(block[(2 * stride)..], Between(edge, 1), Smooth(edge, 2), Between(edge, 2), Smooth(edge, 3));
        Row(block[(3 * stride)..], Between(edge, 0), Smooth(edge, 1), Between(edge, 1), Smooth(edge, 2));
    }

    private static void PredictHorizontalUp(ReadOnlySpan<byte> edge, Span<byte> block, int stride)
    {
        // Below L3 there is nothing that the pattern could go on with.
        byte last = edge[0];
        byte lastSmooth = Smooth(edge[1], last, last);
        Row(block, Between(edge, 2), Smooth(edge, 2), Between(edge, 1), Smooth(edge, 1));
        Row(block[stride..], Between(edge, 1), Smooth(edge, 1), Between(edge, 0), lastSmooth);
        Row(block[(2 * stride)..], Between(edge, 0), lastSmooth, last, last);
        Row(block[(3 * stride)..], last, last, last, last);
    }

    private static void Fill(Span<byte> block, int stride, byte a, byte b, byte c, byte d)
    {
        for (int y = 0; y < Side; y++)
        {
            Row(block[(y * stride)..], a, b, c, d);
        }
    }

    private static void Row(Span<byte> block, byte a, byte b, byte c, byte d)
    {
        block[3] = d;
        block[2] = c;
        block[1] = b;
        block[0] = a;
    }

    /// <summary>avg2p: the pixel half a step after the one at this place.</summary>
    private static byte Between(ReadOnlySpan<byte> edge, int at) => (byte)((edge[at] + edge[at + 1] + 1) >> 1);

    /// <summary>avg3p: the pixel at this place, evened with its neighbours.</summary>
    private static byte Smooth(ReadOnlySpan<byte> edge, int at) => Smooth(edge[at - 1], edge[at], edge[at + 1]);

    private static byte Smooth(int before, int at, int after) => (byte)((before + at + at + after + 2) >> 2);
}

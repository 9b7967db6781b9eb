using System.Runtime.CompilerServices;

namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 sections 14.3 and 14.4. Sums wrap at 16 bits, as they do in libvpx's vectors: no encoder makes coefficients for which
/// that matters, but whoever would make such should see what the others see.
/// </summary>
internal static class InverseTransform
{
    private const int Side = Macroblock.SubblockPixels;

    /// <summary>sqrt(2) cos(pi/8) - 1, in 65,536ths.</summary>
    private const int CosineLess1 = 20091;

    /// <summary>sqrt(2) sin(pi/8), in 65,536ths.</summary>
    private const int Sine = 35468;

    /// <summary>Makes the DCs of a macroblock's sixteen blocks of luma from its Y2.</summary>
    /// <param name="y2">The 16 coefficients; also takes what is between the passes.</param>
    /// <param name="luma">The coefficients of the sixteen blocks; the first of each is set.</param>
    public static void WalshHadamard(Span<short> y2, Span<short> luma)
    {
        for (int i = 0; i < Side; i++)
        {
            int outer = y2[i] + y2[i + 12];
            int inner = y2[i + 4] + y2[i + 8];
            int innerDifference = y2[i + 4] - y2[i + 8];
            int outerDifference = y2[i] - y2[i + 12];
            y2[i] = (short)(outer + inner);
            y2[i + 4] = (short)(innerDifference + outerDifference);
            y2[i + 8] = (short)(outer - inner);
            y2[i + 12] = (short)(outerDifference - innerDifference);
        }

        for (int i = 0; i < Side * Side; i += Side)
        {
            int outer = y2[i] + y2[i + 3];
            int inner = y2[i + 1] + y2[i + 2];
            int innerDifference = y2[i + 1] - y2[i + 2];
            int outerDifference = y2[i] - y2[i + 3];
            luma[i * Macroblock.BlockCoefficients] = Rounded(outer + inner);
            luma[(i + 1) * Macroblock.BlockCoefficients] = Rounded(innerDifference + outerDifference);
            luma[(i + 2) * Macroblock.BlockCoefficients] = Rounded(outer - inner);
            luma[(i + 3) * Macroblock.BlockCoefficients] = Rounded(outerDifference - innerDifference);
        }

        static short Rounded(int sum) => (short)((short)(sum + 3) >> 3);
    }

    /// <summary>Adds the inverse DCT of a block to its prediction.</summary>
    /// <param name="block">The 16 coefficients; also takes what is between the passes.</param>
    /// <param name="pixels">From the block's first pixel on.</param>
    /// <param name="stride">From one row of pixels to the next.</param>
    public static void AddDct(Span<short> block, Span<byte> pixels, int stride)
    {
        if (!block[1..].ContainsAnyExcept((short)0))
        {
            AddConstant(Rounded(block[0]), pixels, stride);
            return;
        }

        for (int i = 0; i < Side; i++)
        {
            int evenSum = block[i] + block[i + 8];
            int evenDifference = block[i] - block[i + 8];
            int oddDifference = TimesSine(block[i + 4]) - TimesCosine(block[i + 12]);
            int oddSum = TimesCosine(block[i + 4]) + TimesSine(block[i + 12]);
            block[i] = (short)(evenSum + oddSum);
            block[i + 4] = (short)(evenDifference + oddDifference);
            block[i + 8] = (short)(evenDifference - oddDifference);
            block[i + 12] = (short)(evenSum - oddSum);
        }

        for (int row = 0; row < Side; row++)
        {
            Span<short> values = block.Slice(row * Side, Side);
            Span<byte> line = pixels.Slice(row * stride, Side);
            int evenSum = values[0] + values[2];
            int evenDifference = values[0] - values[2];
            int oddDifference = TimesSine(values[1]) - TimesCosine(values[3]);
            int oddSum = TimesCosine(values[1]) + TimesSine(values[3]);
            line[0] = Clamped(line[0] + Rounded(evenSum + oddSum));
            line[1] = Clamped(line[1] + Rounded(evenDifference + oddDifference));
            line[2] = Clamped(line[2] + Rounded(evenDifference - oddDifference));
            line[3] = Clamped(line[3] + Rounded(evenSum - oddSum));
        }
    }

    /// <summary>What the transform makes of a block with nothing but a DC.</summary>
    private static void AddConstant(int value, Span<byte> pixels, int stride)
    {
        for (int row = 0; row < Side; row++)
        {
            Span<byte> line = pixels.Slice(row * stride, Side);
            line[0] = Clamped(line[0] + value);
            line[1] = Clamped(line[1] + value);
            line[2] = Clamped(line[2] + value);
            line[3] = Clamped(line[3] + value);
        }
    }

    private static int Rounded(int sum) => (short)(sum + 4) >> 3;

    private static int TimesCosine(int value) => value + ((value * CosineLess1) >> 16);

    private static int TimesSine(int value) => (value * Sine) >> 16;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte Clamped(int value) => (byte)Math.Clamp(value, 0, 255);
}

namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 13.2 and 13.3: reads a block of coefficients, token by token.</summary>
internal static class TokenReader
{
    /// <summary>Which coefficient comes when (section 13).</summary>
    private static ReadOnlySpan<byte> ZigZag => [0, 1, 4, 8, 5, 2, 3, 6, 9, 12, 13, 10, 7, 11, 14, 15];

    /// <summary>Where a position's probabilities begin: its band, times what a band has.</summary>
    private static ReadOnlySpan<byte> BandStart => [0, 33, 66, 99, 198, 132, 165, 198, 198, 198, 198, 198, 198, 198, 198, 231];

    private static ReadOnlySpan<byte> Category3 => [173, 148, 140];

    private static ReadOnlySpan<byte> Category4 => [176, 155, 140, 135];

    private static ReadOnlySpan<byte> Category5 => [180, 157, 141, 134, 130];

    private static ReadOnlySpan<byte> Category6 => [254, 254, 243, 230, 196, 177, 153, 140, 133, 130, 129];

    /// <param name="decoder">Of the macroblock's partition.</param>
    /// <param name="probabilities">Those of the block's type.</param>
    /// <param name="context">How many of the blocks above and to the left have coefficients: 0, 1 or 2.</param>
    /// <param name="first">Position of the first coefficient: 0 or 1.</param>
    /// <param name="factors">What the coefficients are multiplied by.</param>
    /// <param name="block">Takes them in raster order; the others stay as they are.</param>
    /// <returns>The position at which the block ended; <paramref name="first"/> if it has no coefficients.</returns>
    public static int Read(
        ref BoolDecoder decoder,
        ReadOnlySpan<byte> probabilities,
        int context,
        int first,
        QuantizerFactors factors,
        Span<short> block)
    {
        bool mayEnd = true;
        for (int position = first; position < Macroblock.BlockCoefficients; position++)
        {
            int offset = BandStart[position] + (context * CoefficientProbabilities.PerContext);
            ReadOnlySpan<byte> branches = probabilities.Slice(offset, CoefficientProbabilities.PerContext);
            if (mayEnd && !decoder.ReadBool(branches[0]))
            {
                return position;
            }

            // The end cannot come after a zero, and is not asked for there.
            mayEnd = decoder.ReadBool(branches[1]);
            if (!mayEnd)
            {
                context = 0;
                continue;
            }

            int value = ReadMagnitude(ref decoder, branches);
            context = value == 1 ? 1 : 2;
            value = decoder.ReadFlag() ? -value : value;

            // 16 bits are what the format's transforms work on; only a damaged frame needs more.
            block[ZigZag[position]] = (short)(value * (position == 0 ? factors.Dc : factors.Ac));
        }

        return Macroblock.BlockCoefficients;
    }

    /// <summary>The rest of the token tree, 1 to 2114.</summary>
    private static int ReadMagnitude(ref BoolDecoder decoder, ReadOnlySpan<byte> branches)
    {
        if (!decoder.ReadBool(branches[2]))
        {
            return 1;
        }

        if (!decoder.ReadBool(branches[3]))
        {
            return !decoder.ReadBool(branches[4]) ? 2 : decoder.ReadBool(branches[5]) ? 4 : 3;
        }

        if (!decoder.ReadBool(branches[6]))
        {
            return decoder.ReadBool(branches[7])
                ? 7 + (decoder.ReadBool(165) ? 2 : 0) + (decoder.ReadBool(145) ? 1 : 0)
                : 5 + (decoder.ReadBool(159) ? 1 : 0);
        }

        if (!decoder.ReadBool(branches[8]))
        {
            return decoder.ReadBool(branches[9])
                ? 19 + ReadExtra(ref decoder, Category4)
                : 11 + ReadExtra(ref decoder, Category3);
        }

        return decoder.ReadBool(branches[10])
            ? 67 + ReadExtra(ref decoder, Category6)
            : 35 + ReadExtra(ref decoder, Category5);
    }

    private static int ReadExtra(ref BoolDecoder decoder, ReadOnlySpan<byte> probabilities)
    {
        int value = 0;
        foreach (byte probability in probabilities)
        {
            value = (value << 1) | (decoder.ReadBool(probability) ? 1 : 0);
        }

        return value;
    }
}

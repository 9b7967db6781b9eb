namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 section 13: reads the coefficients of a macroblock and keeps track of which neighbours have some. Chroma's are read
/// only to get past them.
/// </summary>
internal sealed class ResidueReader
{
    private const int LumaBlocks = Macroblock.SubblockSide * Macroblock.SubblockSide;

    // The order in the contexts of a macroblock: luma, U, V, Y2.
    private const int ChromaStart = Macroblock.SubblockSide;
    private const int Y2Place = ChromaStart + (2 * Macroblock.ChromaSubblockSide);
    private const int Places = Y2Place + 1;

    private readonly CoefficientProbabilities _probabilities;
    private readonly short[] _luma = new short[LumaBlocks * Macroblock.BlockCoefficients];
    private readonly short[] _y2 = new short[Macroblock.BlockCoefficients];
    private readonly short[] _unused = new short[Macroblock.BlockCoefficients];
    private readonly bool[] _left = new bool[Places];
    private bool[] _above = [];

    public ResidueReader(CoefficientProbabilities probabilities) => _probabilities = probabilities;

    /// <summary>The dequantised coefficients of luma by subblock, all 0 between macroblocks: who uses them clears them.</summary>
    public Span<short> Luma => _luma;

    /// <summary>Which subblocks of luma have coefficients other than 0, by bit.</summary>
    public int LumaBlocksUsed { get; private set; }

    /// <param name="columns">Macroblocks in a row.</param>
    public void StartFrame(int columns)
    {
        if (_above.Length < columns * Places)
        {
            _above = new bool[columns * Places];
        }

        // What a damaged frame left behind as well.
        Array.Clear(_above);
        Array.Clear(_luma);
        Array.Clear(_y2);
    }

    public void StartRow() => Array.Clear(_left);

    /// <summary>A macroblock that says that it has no coefficients.</summary>
    public void Skip(int column, bool hasY2)
    {
        LumaBlocksUsed = 0;

        // Y2's context is that of the last macroblock that has one.
        int places = hasY2 ? Places : Y2Place;
        _above.AsSpan(column * Places, places).Clear();
        _left.AsSpan(0, places).Clear();
    }

    /// <summary>Reads a macroblock.</summary>
    /// <returns>Whether it has any coefficient, chroma's included.</returns>
    public bool Read(ref BoolDecoder decoder, int column, bool hasY2, in Quantizer quantizer)
    {
        LumaBlocksUsed = 0;
        Span<bool> above = _above.AsSpan(column * Places, Places);
        bool isAny = false;
        if (hasY2)
        {
            isAny |= ReadY2(ref decoder, above, quantizer.Y2);
        }

        isAny |= ReadLuma(ref decoder, above, hasY2, quantizer.Luma);
        isAny |= ReadChroma(ref decoder, above, ChromaStart);
        isAny |= ReadChroma(ref decoder, above, ChromaStart + Macroblock.ChromaSubblockSide);
        return isAny;
    }

    private bool ReadY2(ref BoolDecoder decoder, Span<bool> above, QuantizerFactors factors)
    {
        bool isUsed = ReadBlock(
            ref decoder, BlockType.Y2, ref above[Y2Place], ref _left[Y2Place], first: 0, factors, _y2) > 0;
        if (isUsed)
        {
            InverseTransform.WalshHadamard(_y2, _luma);
            _y2.AsSpan().Clear();
            for (int i = 0; i < LumaBlocks; i++)
            {
                LumaBlocksUsed |= _luma[i * Macroblock.BlockCoefficients] != 0 ? 1 << i : 0;
            }
        }

        return isUsed;
    }

    private bool ReadLuma(ref BoolDecoder decoder, Span<bool> above, bool hasY2, QuantizerFactors factors)
    {
        BlockType type = hasY2 ? BlockType.LumaWithoutDc : BlockType.LumaWithDc;
        int first = hasY2 ? 1 : 0;
        int used = 0;
        for (int i = 0; i < LumaBlocks; i++)
        {
            ref bool left = ref _left[i / Macroblock.SubblockSide];
            Span<short> block = _luma.AsSpan(i * Macroblock.BlockCoefficients, Macroblock.BlockCoefficients);
            int end = ReadBlock(ref decoder, type, ref above[i % Macroblock.SubblockSide], ref left, first, factors, block);
            used |= end > first ? 1 << i : 0;
        }

        LumaBlocksUsed |= used;
        return used != 0;
    }

    private bool ReadChroma(ref BoolDecoder decoder, Span<bool> above, int start)
    {
        const int Side = Macroblock.ChromaSubblockSide;
        bool isAny = false;
        for (int i = 0; i < Side * Side; i++)
        {
            ref bool left = ref _left[start + (i / Side)];
            ref bool up = ref above[start + (i % Side)];
            isAny |= ReadBlock(ref decoder, BlockType.Chroma, ref up, ref left, first: 0, default, _unused) > 0;
        }

        return isAny;
    }

    private int ReadBlock(
        ref BoolDecoder decoder,
        BlockType type,
        ref bool above,
        ref bool left,
        int first,
        QuantizerFactors factors,
        Span<short> block)
    {
        int context = (above ? 1 : 0) + (left ? 1 : 0);
        int end = TokenReader.Read(ref decoder, _probabilities[type], context, first, factors, block);
        above = left = end > first;
        return end;
    }
}

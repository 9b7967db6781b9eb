namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 12.3 and 14.5: predicts the luma of a macroblock and adds its residue.</summary>
internal sealed class LumaReconstruction
{
    private const int Side = Macroblock.Side;
    private const int Step = Macroblock.SubblockPixels;
    private const int LumaBlocks = Macroblock.SubblockSide * Macroblock.SubblockSide;

    private readonly byte[] _edge = new byte[SubblockPrediction.EdgeLength];
    private readonly byte[] _aboveRight = new byte[SubblockPrediction.AboveRightLength];

    /// <summary>A macroblock that is predicted as a whole.</summary>
    public static void Rebuild(LumaPlane plane, int column, int row, LumaMode mode, ResidueReader residue)
    {
        MacroblockPrediction.Predict(mode, plane, column, row);
        for (int i = 0; i < LumaBlocks; i++)
        {
            AddResidue(plane, column, row, i, residue);
        }
    }

    /// <summary>A macroblock whose subblocks are predicted one after the other, each from those before.</summary>
    public void RebuildSubblocks(LumaPlane plane, int column, int row, ReadOnlySpan<SubblockMode> modes, ResidueReader residue)
    {
        Span<byte> pixels = plane.Pixels;
        int stride = plane.Stride;
        ReadAboveRight(plane, column, row);
        for (int i = 0; i < LumaBlocks; i++)
        {
            int offset = OffsetOf(plane, column, row, i);
            bool isLast = i % Macroblock.SubblockSide == Macroblock.SubblockSide - 1;
            ReadOnlySpan<byte> aboveRight = isLast ? _aboveRight : pixels.Slice(offset - stride + Step, Step);
            SubblockPrediction.ReadEdge(pixels, offset, stride, aboveRight, _edge);
            SubblockPrediction.Predict(modes[i], _edge, pixels[offset..], stride);
            AddResidue(plane, column, row, i, residue);
        }
    }

    private static void AddResidue(LumaPlane plane, int column, int row, int subblock, ResidueReader residue)
    {
        if ((residue.LumaBlocksUsed & (1 << subblock)) != 0)
        {
            Span<short> block = residue.Luma.Slice(subblock * Macroblock.BlockCoefficients, Macroblock.BlockCoefficients);
            InverseTransform.AddDct(block, plane.Pixels[OffsetOf(plane, column, row, subblock)..], plane.Stride);
            block.Clear();
        }
    }

    /// <summary>
    /// What the subblocks at the right end of a macroblock take for the pixels above to their right: all four take those above
    /// the macroblock, for the others are not decoded yet.
    /// </summary>
    private void ReadAboveRight(LumaPlane plane, int column, int row)
    {
        int above = plane.OffsetOf(column, row) - plane.Stride;
        if (row == 0)
        {
            _aboveRight.AsSpan().Fill(LumaPlane.Above);
        }
        else if (column == plane.Columns - 1)
        {
            _aboveRight.AsSpan().Fill(plane.Pixels[above + Side - 1]);
        }
        else
        {
            plane.Pixels.Slice(above + Side, Step).CopyTo(_aboveRight);
        }
    }

    private static int OffsetOf(LumaPlane plane, int column, int row, int subblock) =>
        plane.OffsetOf(column, row)
            + (subblock / Macroblock.SubblockSide * Step * plane.Stride)
            + (subblock % Macroblock.SubblockSide * Step);
}

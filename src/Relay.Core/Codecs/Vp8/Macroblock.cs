namespace Relay.Core.Codecs.Vp8;

/// <summary>Sizes of macroblocks (RFC 6386 section 2).</summary>
internal static class Macroblock
{
    /// <summary>Pixels of luma, in each direction.</summary>
    public const int Side = 16;

    /// <summary>Subblocks of luma, in each direction.</summary>
    public const int SubblockSide = 4;

    /// <summary>Subblocks of each of the two planes of chroma, in each direction.</summary>
    public const int ChromaSubblockSide = 2;

    /// <summary>Pixels of a subblock, in each direction.</summary>
    public const int SubblockPixels = 4;

    /// <summary>Coefficients of a block, whatever its type.</summary>
    public const int BlockCoefficients = 16;
}

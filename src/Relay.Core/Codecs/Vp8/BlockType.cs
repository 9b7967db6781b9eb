namespace Relay.Core.Codecs.Vp8;

/// <summary>What a block of coefficients is (RFC 6386 section 13.3). The order is that of the probabilities.</summary>
internal enum BlockType : byte
{
    /// <summary>Luma whose DC is in Y2; begins at coefficient 1.</summary>
    LumaWithoutDc,

    /// <summary>The DCs of a macroblock's sixteen blocks of luma.</summary>
    Y2,

    Chroma,

    LumaWithDc,
}

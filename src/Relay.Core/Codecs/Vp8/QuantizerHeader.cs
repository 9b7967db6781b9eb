namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 section 9.6: the quantizer index of a frame and what luma's coefficients differ from it.</summary>
internal sealed class QuantizerHeader
{
    private const int IndexBits = 7;
    private const int DeltaBits = 4;

    /// <summary>0 to 127.</summary>
    public int Index { get; private set; }

    /// <summary>For the DC of luma blocks, -15 to 15.</summary>
    public int LumaDcDelta { get; private set; }

    /// <summary>For the DC of Y2, the block of the DCs, -15 to 15.</summary>
    public int Y2DcDelta { get; private set; }

    /// <summary>For the other coefficients of Y2, -15 to 15.</summary>
    public int Y2AcDelta { get; private set; }

    public void Read(ref BoolDecoder decoder)
    {
        Index = decoder.ReadLiteral(IndexBits);
        LumaDcDelta = decoder.ReadOptionalSigned(DeltaBits);
        Y2DcDelta = decoder.ReadOptionalSigned(DeltaBits);
        Y2AcDelta = decoder.ReadOptionalSigned(DeltaBits);

        // Chroma's two are read to get past them.
        decoder.ReadOptionalSigned(DeltaBits);
        decoder.ReadOptionalSigned(DeltaBits);
    }
}

namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 9.2 to 9.11 and 19.2: the header of a keyframe, at the start of its first partition.</summary>
internal sealed class FrameHeader
{
    private const int PartitionCountBits = 2;
    private const int ProbabilityBits = 8;

    public SegmentHeader Segments { get; } = new();

    public LoopFilterHeader LoopFilter { get; } = new();

    public QuantizerHeader Quantizer { get; } = new();

    public CoefficientProbabilities Coefficients { get; } = new();

    /// <summary>Partitions with coefficients: 1, 2, 4 or 8.</summary>
    public int TokenPartitionCount { get; private set; }

    /// <summary>Each macroblock says whether it has coefficients; else all have.</summary>
    public bool HasSkipFlags { get; private set; }

    /// <summary>prob_skip_false.</summary>
    public byte SkipFalseProbability { get; private set; }

    public void Read(ref BoolDecoder decoder)
    {
        // Colour space, and whether pixels need clamping: decoders clamp in any case.
        decoder.ReadFlag();
        decoder.ReadFlag();
        Segments.Read(ref decoder);
        LoopFilter.Read(ref decoder);
        TokenPartitionCount = 1 << decoder.ReadLiteral(PartitionCountBits);
        Quantizer.Read(ref decoder);

        // Whether the probabilities are for later frames as well.
        decoder.ReadFlag();
        Coefficients.Read(ref decoder);
        HasSkipFlags = decoder.ReadFlag();
        SkipFalseProbability = HasSkipFlags ? (byte)decoder.ReadLiteral(ProbabilityBits) : (byte)0;
    }
}

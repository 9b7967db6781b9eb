namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 9.6 and 14.1: what the coefficients of a segment's luma are multiplied by.</summary>
internal readonly record struct Quantizer(QuantizerFactors Luma, QuantizerFactors Y2)
{
    private const int IndexMax = 127;
    private const int Y2AcMin = 8;

    /// <summary>An array, because a span of numbers of two bytes costs an object each time in a debug build.</summary>
    private static readonly short[] AcFactors =
    [
        4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19,
        20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35,
        36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51,
        52, 53, 54, 55, 56, 57, 58, 60, 62, 64, 66, 68, 70, 72, 74, 76,
        78, 80, 82, 84, 86, 88, 90, 92, 94, 96, 98, 100, 102, 104, 106, 108,
        110, 112, 114, 116, 119, 122, 125, 128, 131, 134, 137, 140, 143, 146, 149, 152,
        155, 158, 161, 164, 167, 170, 173, 177, 181, 185, 189, 193, 197, 201, 205, 209,
        213, 217, 221, 225, 229, 234, 239, 245, 249, 254, 259, 264, 269, 274, 279, 284,
    ];

    /// <summary>Factors for a segment.</summary>
    /// <param name="header">Differences of the frame.</param>
    /// <param name="index">The segment's index, maybe out of range.</param>
    public static Quantizer For(QuantizerHeader header, int index)
    {
        int inRange = Math.Clamp(index, 0, IndexMax);
        int y2Ac = Ac(inRange + header.Y2AcDelta) * 155 / 100;
        return new Quantizer(
            new QuantizerFactors(Dc(inRange + header.LumaDcDelta), Ac(inRange)),
            new QuantizerFactors(Dc(inRange + header.Y2DcDelta) * 2, Math.Max(y2Ac, Y2AcMin)));
    }

    private static int Dc(int index) => DcFactors[Math.Clamp(index, 0, IndexMax)];

    private static int Ac(int index) => AcFactors[Math.Clamp(index, 0, IndexMax)];

    private static ReadOnlySpan<byte> DcFactors =>
    [
        4, 5, 6, 7, 8, 9, 10, 10, 11, 12, 13, 14, 15, 16, 17, 17,
        18, 19, 20, 20, 21, 21, 22, 22, 23, 23, 24, 25, 25, 26, 27, 28,
        29, 30, 31, 32, 33, 34, 35, 36, 37, 37, 38, 39, 40, 41, 42, 43,
        44, 45, 46, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58,
        59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 69, 70, 71, 72, 73, 74,
        75, 76, 76, 77, 78, 79, 80, 81, 82, 83, 84, 85, 86, 87, 88, 89,
        91, 93, 95, 96, 98, 100, 101, 102, 104, 106, 108, 110, 112, 114, 116, 118,
        122, 124, 126, 128, 130, 132, 134, 136, 138, 140, 143, 145, 148, 151, 154, 157,
    ];
}

/// <summary>What the first coefficient of a block is multiplied by, and what the others are.</summary>
internal readonly record struct QuantizerFactors(int Dc, int Ac);

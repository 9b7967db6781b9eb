namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 15.2 to 15.4: what the level of a macroblock means for its edges.</summary>
/// <param name="MacroblockEdge">How much pixels may differ across an edge to the next macroblock and still be filtered.</param>
/// <param name="SubblockEdge">Likewise across edges within the macroblock.</param>
/// <param name="Interior">How much neighbours on one side of an edge may differ.</param>
/// <param name="HighVariance">Differences above this next to an edge are taken for the picture's own.</param>
internal readonly record struct LoopFilterLimits(int MacroblockEdge, int SubblockEdge, int Interior, int HighVariance)
{
    /// <param name="level">1 to 63.</param>
    /// <param name="sharpness">0 to 7.</param>
    public static LoopFilterLimits For(int level, int sharpness)
    {
        int interior = level;
        if (sharpness > 0)
        {
            interior = Math.Min(interior >> (sharpness > 4 ? 2 : 1), 9 - sharpness);
        }

        interior = Math.Max(interior, 1);

        // In a keyframe.
        int highVariance = level >= 40 ? 2 : level >= 15 ? 1 : 0;
        return new LoopFilterLimits(((level + 2) * 2) + interior, (level * 2) + interior, interior, highVariance);
    }
}

namespace Relay.Core.Safety.Hashing;

/// <summary>What hashing one picture gave.</summary>
/// <param name="Hash">The picture's hash.</param>
/// <param name="Mirrored">The hash of the picture seen in a mirror: cameras that face their user often mirror.</param>
/// <param name="Quality">How much the picture shows, 0 (blank) to 100.</param>
/// <param name="UndecidedBits">Bits of the hash that rounding decides, 0 to 256: many in blank and in periodic pictures.</param>
/// <param name="Brightness">Mean luma, 0 (black) to 255.</param>
/// <param name="Contrast">Standard deviation of luma after scaling down, 0 to 127.5.</param>
public readonly record struct PdqResult(
    PictureHash Hash, PictureHash Mirrored, int Quality, int UndecidedBits, float Brightness, float Contrast)
{
    /// <summary>Below this quality a hash says nothing; the reference's threshold.</summary>
    public const int QualityMin = 50;

    /// <summary>Below this quality a picture shows so little that having looked at it clears nobody.</summary>
    public const int UsableQualityMin = 20;

    /// <summary>
    /// With more undecided bits a hash is as good as random. Photographs and noise have 1 or 2, tiles 16 to 31, checkerboards
    /// 128 and more; quality alone lets periodic pictures pass.
    /// </summary>
    public const int UndecidedBitsMax = 16;

    /// <summary>Whether there is something to be seen: not a covered lens or a dark room.</summary>
    public bool IsUsable => Quality >= UsableQualityMin;

    /// <summary>Whether the hash would come out the same from another decoder.</summary>
    public bool IsStable => UndecidedBits <= UndecidedBitsMax;

    /// <summary>Whether the hash may be compared with a bank.</summary>
    public bool IsMatchable => Quality >= QualityMin && IsStable;
}

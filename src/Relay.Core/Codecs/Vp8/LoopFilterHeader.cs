namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 9.3 and 9.6: which loop filter a frame wants and how strong it is for a macroblock.</summary>
internal sealed class LoopFilterHeader
{
    public const int LevelMax = 63;

    private const int LevelBits = 6;
    private const int SharpnessBits = 3;
    private const int DeltaBits = 6;
    private const int DeltaCount = 4;

    private bool _hasDeltas;

    /// <summary>What is added for macroblocks that are predicted within the frame: all of a keyframe.</summary>
    private int _intraDelta;

    /// <summary>What is added for macroblocks whose subblocks are predicted one by one.</summary>
    private int _subblockDelta;

    /// <summary>The filter that touches luma only, two pixels at each edge.</summary>
    public bool IsSimple { get; private set; }

    /// <summary>0 to 63; 0 is no filter at all, whatever segments and deltas say.</summary>
    public int Level { get; private set; }

    /// <summary>0 to 7.</summary>
    public int Sharpness { get; private set; }

    public void Read(ref BoolDecoder decoder)
    {
        _intraDelta = 0;
        _subblockDelta = 0;
        IsSimple = decoder.ReadFlag();
        Level = decoder.ReadLiteral(LevelBits);
        Sharpness = decoder.ReadLiteral(SharpnessBits);
        _hasDeltas = decoder.ReadFlag();
        if (!_hasDeltas || !decoder.ReadFlag())
        {
            return;
        }

        // By reference frame, then by mode; a keyframe knows the first of each only.
        for (int i = 0; i < DeltaCount; i++)
        {
            int delta = decoder.ReadOptionalSigned(DeltaBits);
            _intraDelta = i == 0 ? delta : _intraDelta;
        }

        for (int i = 0; i < DeltaCount; i++)
        {
            int delta = decoder.ReadOptionalSigned(DeltaBits);
            _subblockDelta = i == 0 ? delta : _subblockDelta;
        }
    }

    /// <summary>The level for a macroblock, 0 to 63.</summary>
    public int MacroblockLevel(SegmentHeader segments, int segment, bool hasSubblockModes)
    {
        int level = Math.Clamp(segments.FilterLevel(Level, segment), 0, LevelMax);
        if (!_hasDeltas)
        {
            return level;
        }

        return Math.Clamp(level + _intraDelta + (hasSubblockModes ? _subblockDelta : 0), 0, LevelMax);
    }
}

namespace Relay.Core.Codecs.Vp8;

/// <summary>How the luma of a macroblock is predicted from its neighbours (RFC 6386 sections 8 and 12.3).</summary>
internal enum LumaMode : byte
{
    /// <summary>DC_PRED.</summary>
    Dc,

    /// <summary>V_PRED.</summary>
    Vertical,

    /// <summary>H_PRED.</summary>
    Horizontal,

    /// <summary>TM_PRED.</summary>
    TrueMotion,

    /// <summary>B_PRED: each subblock has a mode of its own.</summary>
    Subblocks,
}

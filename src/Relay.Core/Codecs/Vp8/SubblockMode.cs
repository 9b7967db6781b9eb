namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// How a subblock of 4x4 pixels is predicted from its neighbours (RFC 6386 section 11.2). The order is that of the tables.
/// </summary>
internal enum SubblockMode : byte
{
    /// <summary>B_DC_PRED.</summary>
    Dc,

    /// <summary>B_TM_PRED.</summary>
    TrueMotion,

    /// <summary>B_VE_PRED.</summary>
    Vertical,

    /// <summary>B_HE_PRED.</summary>
    Horizontal,

    /// <summary>B_LD_PRED.</summary>
    LeftDown,

    /// <summary>B_RD_PRED.</summary>
    RightDown,

    /// <summary>B_VR_PRED.</summary>
    VerticalRight,

    /// <summary>B_VL_PRED.</summary>
    VerticalLeft,

    /// <summary>B_HD_PRED.</summary>
    HorizontalDown,

    /// <summary>B_HU_PRED.</summary>
    HorizontalUp,
}

internal static class SubblockModes
{
    public const int Count = 10;
}

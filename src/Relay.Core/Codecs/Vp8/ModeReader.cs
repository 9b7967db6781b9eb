namespace Relay.Core.Codecs.Vp8;

/// <summary>RFC 6386 sections 8.1 and 11: reads the prediction modes of a keyframe's macroblocks, row by row.</summary>
internal sealed class ModeReader
{
    private const int Side = Macroblock.SubblockSide;

    private readonly SubblockMode[] _left = new SubblockMode[Side];
    private readonly SubblockMode[] _modes = new SubblockMode[Side * Side];
    private SubblockMode[] _above = [];

    /// <summary>The modes of the subblocks of the macroblock read last, in raster order, if its luma has such.</summary>
    public ReadOnlySpan<SubblockMode> Subblocks => _modes;

    /// <summary>Beyond the picture all subblocks count as <see cref="SubblockMode.Dc"/>.</summary>
    /// <param name="columns">Macroblocks in a row.</param>
    public void StartFrame(int columns)
    {
        if (_above.Length < columns * Side)
        {
            _above = new SubblockMode[columns * Side];
        }

        Array.Clear(_above);
    }

    public void StartRow() => Array.Clear(_left);

    /// <summary>Reads the modes of the next macroblock and past the mode of its chroma.</summary>
    public LumaMode Read(ref BoolDecoder decoder, int column)
    {
        Span<SubblockMode> above = _above.AsSpan(column * Side, Side);
        LumaMode mode = ReadLumaMode(ref decoder);
        if (mode == LumaMode.Subblocks)
        {
            ReadSubblocks(ref decoder, above);
        }
        else
        {
            SubblockMode implied = ImpliedMode(mode);
            above.Fill(implied);
            _left.AsSpan().Fill(implied);
        }

        SkipChromaMode(ref decoder);
        return mode;
    }

    private void ReadSubblocks(ref BoolDecoder decoder, Span<SubblockMode> above)
    {
        for (int i = 0; i < _modes.Length; i++)
        {
            ref SubblockMode left = ref _left[i / Side];
            SubblockMode mode = ReadSubblockMode(ref decoder, SubblockModeProbabilities.For(above[i % Side], left));
            _modes[i] = mode;
            above[i % Side] = mode;
            left = mode;
        }
    }

    /// <summary>What neighbours with subblock modes take a whole macroblock's mode for.</summary>
    private static SubblockMode ImpliedMode(LumaMode mode) => mode switch
    {
        LumaMode.Vertical => SubblockMode.Vertical,
        LumaMode.Horizontal => SubblockMode.Horizontal,
        LumaMode.TrueMotion => SubblockMode.TrueMotion,
        _ => SubblockMode.Dc,
    };

    /// <summary>kf_ymode_tree.</summary>
    private static LumaMode ReadLumaMode(ref BoolDecoder decoder)
    {
        if (!decoder.ReadBool(145))
        {
            return LumaMode.Subblocks;
        }

        if (!decoder.ReadBool(156))
        {
            return decoder.ReadBool(163) ? LumaMode.Vertical : LumaMode.Dc;
        }

        return decoder.ReadBool(128) ? LumaMode.TrueMotion : LumaMode.Horizontal;
    }

    /// <summary>bmode_tree.</summary>
    private static SubblockMode ReadSubblockMode(ref BoolDecoder decoder, ReadOnlySpan<byte> probabilities)
    {
        if (!decoder.ReadBool(probabilities[0]))
        {
            return SubblockMode.Dc;
        }

        if (!decoder.ReadBool(probabilities[1]))
        {
            return SubblockMode.TrueMotion;
        }

        if (!decoder.ReadBool(probabilities[2]))
        {
            return SubblockMode.Vertical;
        }

        if (!decoder.ReadBool(probabilities[3]))
        {
            if (!decoder.ReadBool(probabilities[4]))
            {
                return SubblockMode.Horizontal;
            }

            return decoder.ReadBool(probabilities[5]) ? SubblockMode.VerticalRight : SubblockMode.RightDown;
        }

        if (!decoder.ReadBool(probabilities[6]))
        {
            return SubblockMode.LeftDown;
        }

        if (!decoder.ReadBool(probabilities[7]))
        {
            return SubblockMode.VerticalLeft;
        }

        return decoder.ReadBool(probabilities[8]) ? SubblockMode.HorizontalUp : SubblockMode.HorizontalDown;
    }

    /// <summary>kf_uv_mode_tree: DC, then V, then H or TM.</summary>
    private static void SkipChromaMode(ref BoolDecoder decoder)
    {
        if (decoder.ReadBool(142) && decoder.ReadBool(114))
        {
            decoder.ReadBool(183);
        }
    }
}

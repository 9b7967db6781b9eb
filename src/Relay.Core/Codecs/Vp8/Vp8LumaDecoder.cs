namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// Decodes the luma of VP8 keyframes (RFC 6386), bit for bit as libvpx does. Keeps its memory for the next frame: about a byte
/// a pixel of the largest so far, at most <see cref="Vp8FrameLimits.AreaMax"/>. Time is bounded by the area and the bytes of a
/// frame. Not for several threads at once.
/// </summary>
public sealed class Vp8LumaDecoder
{
    private readonly Vp8FrameLimits _limits;
    private readonly FrameHeader _header = new();
    private readonly TokenPartitions _partitions = new();
    private readonly ModeReader _modes = new();
    private readonly ResidueReader _residue;
    private readonly LumaReconstruction _reconstruction = new();
    private readonly Quantizer[] _quantizers = new Quantizer[SegmentHeader.Count];
    private readonly LumaPlane _plane = new();

    /// <summary>What the loop filter has to do, by macroblock.</summary>
    private FilterOrder[] _filterOrders = [];

    public Vp8LumaDecoder(Vp8FrameLimits limits)
    {
        _limits = limits;
        _residue = new ResidueReader(_header.Coefficients);
    }

    /// <summary>In pixels; 0 if the last frame could not be decoded.</summary>
    public int Width { get; private set; }

    /// <summary>In pixels; 0 if the last frame could not be decoded.</summary>
    public int Height { get; private set; }

    /// <summary>A line of the picture decoded last: luma from left to right, 16 to 235 for black to white as a rule.</summary>
    /// <param name="y">0 to <see cref="Height"/> - 1.</param>
    /// <returns><see cref="Width"/> bytes, good until the next frame.</returns>
    public ReadOnlySpan<byte> Line(int y)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(y);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(y, Height);
        return _plane.Line(y, Width);
    }

    /// <summary>Decodes a keyframe from its first to its last byte.</summary>
    /// <returns><see cref="Vp8FrameError.None"/>, or why there is no picture now.</returns>
    public Vp8FrameError Decode(ReadOnlySpan<byte> frame)
    {
        Width = 0;
        Height = 0;
        if (frame.Length > _limits.BytesMax)
        {
            return Vp8FrameError.TooManyBytes;
        }

        Vp8FrameError error = Vp8FrameTag.TryRead(frame, _limits, out Vp8FrameTag tag);
        if (error != Vp8FrameError.None)
        {
            return error;
        }

        ReadOnlySpan<byte> data = frame[Vp8FrameTag.Length..];
        if (tag.FirstPartitionLength > data.Length)
        {
            return Vp8FrameError.Truncated;
        }

        var first = new BoolDecoder(data[..tag.FirstPartitionLength]);
        _header.Read(ref first);
        ReadOnlySpan<byte> tokens = data[tag.FirstPartitionLength..];
        error = _partitions.Read(tokens, _header.TokenPartitionCount);
        if (error == Vp8FrameError.None)
        {
            StartFrame(tag);
            error = DecodeRows(ref first, tokens);
        }

        if (error == Vp8FrameError.None)
        {
            FilterFrame();
            Width = tag.Width;
            Height = tag.Height;
        }

        return error;
    }

    private void StartFrame(Vp8FrameTag tag)
    {
        _plane.Resize(tag.Width, tag.Height);
        _modes.StartFrame(_plane.Columns);
        _residue.StartFrame(_plane.Columns);
        for (int segment = 0; segment < SegmentHeader.Count; segment++)
        {
            int index = _header.Segments.QuantizerIndex(_header.Quantizer.Index, segment);
            _quantizers[segment] = Quantizer.For(_header.Quantizer, index);
        }

        int macroblocks = _plane.Columns * _plane.Rows;
        if (_filterOrders.Length < macroblocks)
        {
            _filterOrders = new FilterOrder[macroblocks];
        }
    }

    private Vp8FrameError DecodeRows(ref BoolDecoder first, ReadOnlySpan<byte> tokens)
    {
        for (int row = 0; row < _plane.Rows; row++)
        {
            _modes.StartRow();
            _residue.StartRow();
            BoolDecoder decoder = _partitions.Open(tokens, row);
            for (int column = 0; column < _plane.Columns; column++)
            {
                DecodeMacroblock(ref first, ref decoder, column, row);
                if (first.IsOverrun || decoder.IsOverrun)
                {
                    return Vp8FrameError.Truncated;
                }
            }

            _partitions.Close(row, decoder);
        }

        return Vp8FrameError.None;
    }

    private void DecodeMacroblock(ref BoolDecoder first, ref BoolDecoder tokens, int column, int row)
    {
        int segment = _header.Segments.ReadSegment(ref first);
        bool isSkipped = _header.HasSkipFlags && first.ReadBool(_header.SkipFalseProbability);
        LumaMode mode = _modes.Read(ref first, column);
        bool hasSubblockModes = mode == LumaMode.Subblocks;
        bool hasCoefficients = false;
        if (isSkipped)
        {
            _residue.Skip(column, hasY2: !hasSubblockModes);
        }
        else
        {
            hasCoefficients = _residue.Read(ref tokens, column, hasY2: !hasSubblockModes, _quantizers[segment]);
        }

        if (hasSubblockModes)
        {
            _reconstruction.RebuildSubblocks(_plane, column, row, _modes.Subblocks, _residue);
        }
        else
        {
            LumaReconstruction.Rebuild(_plane, column, row, mode, _residue);
        }

        int level = _header.LoopFilter.MacroblockLevel(_header.Segments, segment, hasSubblockModes);
        _filterOrders[(row * _plane.Columns) + column] = new FilterOrder((byte)level, hasSubblockModes || hasCoefficients);
    }

    private void FilterFrame()
    {
        if (_header.LoopFilter.Level == 0)
        {
            return;
        }

        int at = 0;
        for (int row = 0; row < _plane.Rows; row++)
        {
            for (int column = 0; column < _plane.Columns; column++)
            {
                FilterOrder order = _filterOrders[at++];
                if (order.Level > 0)
                {
                    LoopFilterLimits limits = LoopFilterLimits.For(order.Level, _header.LoopFilter.Sharpness);
                    LoopFilter.Filter(_plane, column, row, _header.LoopFilter.IsSimple, limits, order.HasInner);
                }
            }
        }
    }

    private readonly record struct FilterOrder(byte Level, bool HasInner);
}

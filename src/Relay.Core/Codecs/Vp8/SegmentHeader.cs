namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// RFC 6386 sections 9.3 and 10: a frame may put each macroblock into one of four segments with a quantizer and a loop filter
/// level of their own.
/// </summary>
internal sealed class SegmentHeader
{
    public const int Count = 4;

    private const int QuantizerBits = 7;
    private const int FilterLevelBits = 6;
    private const byte CertainlyZero = 255;

    private readonly int[] _quantizers = new int[Count];
    private readonly int[] _filterLevels = new int[Count];
    private readonly byte[] _treeProbabilities = new byte[Count - 1];
    private bool _isAbsolute;

    public bool IsEnabled { get; private set; }

    /// <summary>
    /// Each macroblock says in which segment it is. A keyframe alone has no older map: without its own, all are in the first.
    /// </summary>
    public bool HasMap { get; private set; }

    public void Read(ref BoolDecoder decoder)
    {
        Array.Clear(_quantizers);
        Array.Clear(_filterLevels);
        _isAbsolute = false;
        HasMap = false;
        IsEnabled = decoder.ReadFlag();
        if (!IsEnabled)
        {
            return;
        }

        HasMap = decoder.ReadFlag();
        if (decoder.ReadFlag())
        {
            ReadFeatures(ref decoder);
        }

        if (HasMap)
        {
            foreach (ref byte probability in _treeProbabilities.AsSpan())
            {
                probability = decoder.ReadFlag() ? (byte)decoder.ReadLiteral(8) : CertainlyZero;
            }
        }
    }

    /// <summary>The segment of the next macroblock, 0 to 3.</summary>
    public int ReadSegment(ref BoolDecoder decoder)
    {
        if (!HasMap)
        {
            return 0;
        }

        return decoder.ReadBool(_treeProbabilities[0])
            ? decoder.ReadBool(_treeProbabilities[2]) ? 3 : 2
            : decoder.ReadBool(_treeProbabilities[1]) ? 1 : 0;
    }

    /// <param name="frameIndex">The frame's quantizer index.</param>
    /// <param name="segment">0 to 3.</param>
    /// <returns>Maybe out of range.</returns>
    public int QuantizerIndex(int frameIndex, int segment) => Adjusted(frameIndex, _quantizers[segment]);

    /// <param name="frameLevel">The frame's loop filter level.</param>
    /// <param name="segment">0 to 3.</param>
    /// <returns>Maybe out of range.</returns>
    public int FilterLevel(int frameLevel, int segment) => Adjusted(frameLevel, _filterLevels[segment]);

    private int Adjusted(int frameValue, int segmentValue) =>
        !IsEnabled ? frameValue : _isAbsolute ? segmentValue : frameValue + segmentValue;

    private void ReadFeatures(ref BoolDecoder decoder)
    {
        _isAbsolute = decoder.ReadFlag();
        foreach (ref int quantizer in _quantizers.AsSpan())
        {
            quantizer = decoder.ReadOptionalSigned(QuantizerBits);
        }

        foreach (ref int level in _filterLevels.AsSpan())
        {
            level = decoder.ReadOptionalSigned(FilterLevelBits);
        }
    }
}

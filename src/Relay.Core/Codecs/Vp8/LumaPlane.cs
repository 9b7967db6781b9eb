namespace Relay.Core.Codecs.Vp8;

/// <summary>
/// The luma of a frame in whole macroblocks, with the pixels that prediction finds above and to the left of the picture
/// (RFC 6386 section 12.2).
/// </summary>
internal sealed class LumaPlane
{
    /// <summary>What is above the picture, its corner included.</summary>
    public const byte Above = 127;

    /// <summary>What is to the left of the picture.</summary>
    public const byte Left = 129;

    private const int Border = 1;

    private byte[] _pixels = [];

    /// <summary>Macroblocks in a row.</summary>
    public int Columns { get; private set; }

    /// <summary>Rows of macroblocks.</summary>
    public int Rows { get; private set; }

    /// <summary>From a pixel to the one below.</summary>
    public int Stride { get; private set; }

    /// <summary>The pixels with their border. Those of earlier frames are not cleared: all that counts is written.</summary>
    public Span<byte> Pixels => _pixels;

    /// <summary>Makes room; memory is kept for later frames.</summary>
    public void Resize(int width, int height)
    {
        Columns = (width + Macroblock.Side - 1) / Macroblock.Side;
        Rows = (height + Macroblock.Side - 1) / Macroblock.Side;
        Stride = Border + (Columns * Macroblock.Side);
        int length = Stride * (Border + (Rows * Macroblock.Side));
        if (_pixels.Length < length)
        {
            _pixels = new byte[length];
        }

        _pixels.AsSpan(0, Stride).Fill(Above);
        for (int at = Stride; at < length; at += Stride)
        {
            _pixels[at] = Left;
        }
    }

    /// <summary>Where the first pixel of a macroblock is.</summary>
    public int OffsetOf(int column, int row) =>
        (((row * Macroblock.Side) + Border) * Stride) + (column * Macroblock.Side) + Border;

    /// <summary>A line of the picture.</summary>
    public ReadOnlySpan<byte> Line(int y, int width) => _pixels.AsSpan(((y + Border) * Stride) + Border, width);
}

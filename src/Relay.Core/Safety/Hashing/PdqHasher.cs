using System.Numerics;
using System.Runtime.InteropServices;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// PDQ, Facebook's perceptual hash, in the reference's float arithmetic (full resolution, no shrinking to 512 first): the same
/// luma gives the same 256 bits. Scaled to 64 by 64, transformed to the 16 by 16 lowest frequencies but the constant, each
/// bit says whether its coefficient is above the median. Owns its buffers: one for each thread that hashes.
/// </summary>
/// <remarks>
/// The transform of a mirrored picture is the picture's with the signs of the odd horizontal frequencies turned, so the hash
/// of the mirrored form costs a second median and no second transform.
/// </remarks>
public sealed class PdqHasher
{
    /// <summary>Smaller pictures have no hash: quality 0.</summary>
    public const int SideMin = 5;

    /// <summary>The most columns and the most rows.</summary>
    public const int SideMax = 2048;

    private const int Side = TentFilter.Side;
    private const int Frequencies = 16;
    private const int Coefficients = Frequencies * Frequencies;

    /// <summary>Coefficients this near to the median may be on its other side in another decoder's rounding.</summary>
    private const float Undecided = 0.01f;

    private readonly TentFilter _filter = new();
    private readonly float[] _matrix = CreateMatrix();
    private readonly float[] _videoLuma = CreateVideoLuma();
    private readonly float[] _scaled = new float[Side * Side];
    private readonly float[] _rows = new float[Frequencies * Side];
    private readonly float[] _transformed = new float[Coefficients];
    private readonly float[] _sorted = new float[Coefficients];

    /// <summary>Hashes a luma plane as video has it (16 is black, 235 white).</summary>
    /// <param name="luma">The plane; rows begin <paramref name="stride"/> bytes apart.</param>
    /// <param name="width">Columns, at most <see cref="SideMax"/>.</param>
    /// <param name="height">Rows, at most <see cref="SideMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sides are out of range, or the plane is too short.</exception>
    public PdqResult HashVideo(ReadOnlySpan<byte> luma, int stride, int width, int height)
    {
        CheckSides(width, height);
        ArgumentOutOfRangeException.ThrowIfLessThan(stride, width);
        ArgumentOutOfRangeException.ThrowIfLessThan(luma.Length, (stride * (height - 1)) + width, nameof(luma));
        return Hash(new VideoPlane(luma, stride, _videoLuma), VideoPlane.ReadRow, width, height);
    }

    /// <summary>Hashes luma of full range, 0.299 R + 0.587 G + 0.114 B with R, G and B from 0 to 255.</summary>
    /// <param name="luma">Rows without gaps.</param>
    /// <param name="width">Columns, at most <see cref="SideMax"/>.</param>
    /// <param name="height">Rows, at most <see cref="SideMax"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">The sides are out of range, or the plane is too short.</exception>
    public PdqResult Hash(ReadOnlySpan<float> luma, int width, int height)
    {
        CheckSides(width, height);
        ArgumentOutOfRangeException.ThrowIfLessThan(luma.Length, width * height, nameof(luma));
        return Hash(new FloatPlane(luma, width), FloatPlane.ReadRow, width, height);
    }

    private static void CheckSides(int width, int height)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(width, SideMax);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(height, SideMax);
    }

    private PdqResult Hash<TPlane>(TPlane plane, TentFilter.RowReader<TPlane> read, int width, int height)
        where TPlane : allows ref struct
    {
        if (Math.Min(width, height) < SideMin)
        {
            return default;
        }

        _filter.Scale(plane, read, width, height, _scaled);
        Transform();
        PictureHash hash = Threshold(out int undecided);
        Mirror();
        PictureHash mirrored = Threshold(out _);
        (float brightness, float contrast) = Spread();
        return new PdqResult(hash, mirrored, Quality(), undecided, brightness, contrast);
    }

    /// <summary>How much neighbours differ, in hundredths of the range; small differences count for nothing.</summary>
    private int Quality()
    {
        const int Divisor = 90;
        int gradients = 0;
        for (int y = 0; y < Side; y++)
        {
            ReadOnlySpan<float> row = _scaled.AsSpan(y * Side, Side);
            for (int x = 0; x < Side - 1; x++)
            {
                gradients += Gradient(row[x], row[x + 1]);
            }

            if (y < Side - 1)
            {
                ReadOnlySpan<float> below = _scaled.AsSpan((y + 1) * Side, Side);
                for (int x = 0; x < Side; x++)
                {
                    gradients += Gradient(row[x], below[x]);
                }
            }
        }

        return Math.Min(gradients / Divisor, 100);
    }

    private static int Gradient(float left, float right) => Math.Abs((int)((left - right) * 100 / 255));

    /// <summary>The discrete cosine transform, in plain sums from the first product to the last.</summary>
    private void Transform()
    {
        int lanes = Vector<float>.Count;
        ReadOnlySpan<Vector<float>> scaled = MemoryMarshal.Cast<float, Vector<float>>(_scaled);
        Span<Vector<float>> rows = MemoryMarshal.Cast<float, Vector<float>>(_rows.AsSpan());
        int width = Side / lanes;
        for (int i = 0; i < Frequencies; i++)
        {
            for (int j = 0; j < width; j++)
            {
                // Columns side by side: each lane is one column's sum, in order. Multiplied, then added: a fused operation
                // would round once less than the reference.
                Vector<float> sum = Vector<float>.Zero;
                for (int k = 0; k < Side; k++)
                {
                    sum += new Vector<float>(_matrix[(i * Side) + k]) * scaled[(k * width) + j];
                }

                rows[(i * width) + j] = sum;
            }
        }

        for (int i = 0; i < Frequencies; i++)
        {
            for (int j = 0; j < Frequencies; j++)
            {
                float sum = 0;
                for (int k = 0; k < Side; k++)
                {
                    sum += _rows[(i * Side) + k] * _matrix[(j * Side) + k];
                }

                _transformed[(i * Frequencies) + j] = sum;
            }
        }
    }

    /// <summary>Turns the transform into the mirrored picture's. Columns begin with frequency 1, so even ones are odd.</summary>
    private void Mirror()
    {
        for (int i = 0; i < Coefficients; i += 2)
        {
            _transformed[i] = -_transformed[i];
        }
    }

    private PictureHash Threshold(out int undecided)
    {
        _transformed.CopyTo(_sorted.AsSpan());
        _sorted.AsSpan().Sort();
        float median = _sorted[(Coefficients / 2) - 1];
        Span<ulong> words = stackalloc ulong[PictureHash.Bits / 64];
        words.Clear();
        undecided = 0;
        for (int i = 0; i < Coefficients; i++)
        {
            float above = _transformed[i] - median;
            words[i / 64] |= _transformed[i] > median ? 1UL << (i % 64) : 0;
            undecided += Math.Abs(above) < Undecided ? 1 : 0;
        }

        return new PictureHash(words[0], words[1], words[2], words[3]);
    }

    private (float Mean, float Deviation) Spread()
    {
        double sum = 0;
        double squares = 0;
        foreach (float value in _scaled)
        {
            sum += value;
            squares += value * value;
        }

        double mean = sum / _scaled.Length;
        return ((float)mean, (float)Math.Sqrt(Math.Max(0, (squares / _scaled.Length) - (mean * mean))));
    }

    private static float[] CreateMatrix()
    {
        float[] matrix = new float[Frequencies * Side];
        float scale = (float)Math.Sqrt(2.0 / Side);
        for (int i = 0; i < Frequencies; i++)
        {
            for (int j = 0; j < Side; j++)
            {
                matrix[(i * Side) + j] = (float)(scale * Math.Cos(Math.PI / (2 * Side) * (i + 1) * ((2 * j) + 1)));
            }
        }

        return matrix;
    }

    /// <summary>Video's range stretched to the full one; without this, quality comes out a sixth too low.</summary>
    private static float[] CreateVideoLuma()
    {
        float[] table = new float[256];
        for (int i = 0; i < table.Length; i++)
        {
            table[i] = Math.Clamp((i - 16) * 255f / 219f, 0f, 255f);
        }

        return table;
    }

    private readonly ref struct VideoPlane(ReadOnlySpan<byte> luma, int stride, ReadOnlySpan<float> table)
    {
        private readonly ReadOnlySpan<byte> _luma = luma;
        private readonly ReadOnlySpan<float> _table = table;
        private readonly int _stride = stride;

        public static void ReadRow(VideoPlane plane, int row, Span<float> destination)
        {
            ReadOnlySpan<byte> source = plane._luma.Slice(row * plane._stride, destination.Length);
            for (int x = 0; x < source.Length; x++)
            {
                destination[x] = plane._table[source[x]];
            }
        }
    }

    private readonly ref struct FloatPlane(ReadOnlySpan<float> luma, int width)
    {
        private readonly ReadOnlySpan<float> _luma = luma;
        private readonly int _width = width;

        public static void ReadRow(FloatPlane plane, int row, Span<float> destination) =>
            plane._luma.Slice(row * plane._width, destination.Length).CopyTo(destination);
    }
}

using System.Numerics;
using System.Runtime.InteropServices;

namespace Relay.Core.Safety.Hashing;

/// <summary>
/// Scales a luma plane down to 64 by 64: two rounds of a box filter along rows and along columns (which make a tent, after
/// Jarosz), then one sample for each cell.
/// </summary>
/// <remarks>
/// PDQ's bits depend on the order of float sums: each box is a running sum that adds the value that enters, then takes away
/// the one that leaves. Columns are independent of each other, so they are summed side by side; rows stream through, so
/// that a window of the first round is all that is kept of them; and the last round is computed only where it is sampled.
/// None of this touches the order within a sum.
/// </remarks>
internal sealed class TentFilter
{
    /// <summary>Side of the scaled plane.</summary>
    public const int Side = 64;

    private readonly float[] _line = new float[PdqHasher.SideMax];
    private readonly float[] _sums = new float[PdqHasher.SideMax];
    private readonly float[] _ring = new float[(Box(PdqHasher.SideMax) + 1) * PdqHasher.SideMax];
    private readonly float[] _columns = new float[PdqHasher.SideMax * Side];
    private readonly int[] _sampledX = new int[Side];
    private readonly int[] _sampledY = new int[Side];
    private int _width;
    private int _height;

    /// <summary>Gives the luma of one row.</summary>
    public delegate void RowReader<TPlane>(TPlane plane, int row, Span<float> destination)
        where TPlane : allows ref struct;

    /// <summary>The width of the box for a plane of that many rows or columns.</summary>
    public static int Box(int length) => (length + (2 * Side) - 1) / (2 * Side);

    /// <summary>Scales a plane.</summary>
    /// <param name="plane">The luma, 0 to 255.</param>
    /// <param name="read">Reads one row of it.</param>
    /// <param name="destination">64 rows of 64.</param>
    public void Scale<TPlane>(TPlane plane, RowReader<TPlane> read, int width, int height, Span<float> destination)
        where TPlane : allows ref struct
    {
        if (width == Side && height == Side)
        {
            for (int y = 0; y < Side; y++)
            {
                read(plane, y, destination.Slice(y * Side, Side));
            }

            return;
        }

        (_width, _height) = (width, height);
        for (int i = 0; i < Side; i++)
        {
            _sampledX[i] = (int)((i + 0.5) * width / Side);
            _sampledY[i] = (int)((i + 0.5) * height / Side);
        }

        FirstRoundAndRows(plane, read);
        LastColumns(destination);
    }

    /// <summary>Rows, columns, then rows again; of the last only the sampled columns.</summary>
    private void FirstRoundAndRows<TPlane>(TPlane plane, RowReader<TPlane> read)
        where TPlane : allows ref struct
    {
        int box = Box(_height);
        int ahead = ((box + 2) / 2) - 1;
        Span<float> line = _line.AsSpan(0, _width);
        Span<float> sums = _sums.AsSpan(0, _width);
        sums.Clear();
        for (int entering = 0; entering < _height + ahead; entering++)
        {
            int leaving = entering - box;
            if (entering < _height)
            {
                read(plane, entering, line);
                Span<float> filtered = RingRow(entering, box);
                BoxRow(line, filtered, Box(_width));
                Add(sums, filtered);
            }

            if (leaving >= 0)
            {
                Subtract(sums, RingRow(leaving, box));
            }

            int row = entering - ahead;
            if (row >= 0)
            {
                int count = Math.Min(entering, _height - 1) - Math.Max(leaving, -1);
                Divide(sums, count, line);
                BoxSampled(line, _columns.AsSpan(row * Side, Side), Box(_width));
            }
        }
    }

    private Span<float> RingRow(int row, int box) => _ring.AsSpan(row % (box + 1) * _width, _width);

    /// <summary>Columns of the last round, only the 64 of them that are sampled, and of these only the sampled rows.</summary>
    private void LastColumns(Span<float> destination)
    {
        int box = Box(_height);
        int ahead = ((box + 2) / 2) - 1;
        Span<float> sums = _sums.AsSpan(0, Side);
        sums.Clear();
        int next = 0;
        for (int entering = 0; entering < _height + ahead; entering++)
        {
            int leaving = entering - box;
            if (entering < _height)
            {
                Add(sums, _columns.AsSpan(entering * Side, Side));
            }

            if (leaving >= 0)
            {
                Subtract(sums, _columns.AsSpan(leaving * Side, Side));
            }

            // A plane of fewer than 64 rows is sampled more than once in a row.
            for (; next < Side && _sampledY[next] == entering - ahead; next++)
            {
                int count = Math.Min(entering, _height - 1) - Math.Max(leaving, -1);
                Divide(sums, count, destination.Slice(next * Side, Side));
            }
        }
    }

    /// <summary>One box along a row.</summary>
    private static void BoxRow(ReadOnlySpan<float> source, Span<float> destination, int box)
    {
        int ahead = ((box + 2) / 2) - 1;
        float sum = 0;
        int entering = 0;
        for (; entering < ahead; entering++)
        {
            sum += source[entering];
        }

        int written = 0;
        for (; entering < box; entering++)
        {
            sum += source[entering];
            destination[written++] = sum / (entering + 1);
        }

        for (; entering < source.Length; entering++)
        {
            sum += source[entering];
            sum -= source[entering - box];
            destination[written++] = sum / box;
        }

        for (; written < source.Length; written++)
        {
            sum -= source[entering - box];
            entering++;
            destination[written] = sum / (source.Length - (entering - box));
        }
    }

    /// <summary>The same, written only where it is sampled.</summary>
    private void BoxSampled(ReadOnlySpan<float> source, Span<float> destination, int box)
    {
        int ahead = ((box + 2) / 2) - 1;
        float sum = 0;
        int entering = 0;
        int next = 0;
        for (; next < Side; next++)
        {
            int end = _sampledX[next] + ahead;
            for (; entering <= end; entering++)
            {
                if (entering < source.Length)
                {
                    sum += source[entering];
                }

                if (entering >= box)
                {
                    sum -= source[entering - box];
                }
            }

            destination[next] = sum / (Math.Min(end, source.Length - 1) - Math.Max(end - box, -1));
        }
    }

    private static void Add(Span<float> sums, ReadOnlySpan<float> row)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(sums);
        ReadOnlySpan<Vector<float>> wideRow = MemoryMarshal.Cast<float, Vector<float>>(row);
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] += wideRow[i];
        }

        for (int i = wide.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] += row[i];
        }
    }

    private static void Subtract(Span<float> sums, ReadOnlySpan<float> row)
    {
        Span<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(sums);
        ReadOnlySpan<Vector<float>> wideRow = MemoryMarshal.Cast<float, Vector<float>>(row);
        for (int i = 0; i < wide.Length; i++)
        {
            wide[i] -= wideRow[i];
        }

        for (int i = wide.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] -= row[i];
        }
    }

    private static void Divide(ReadOnlySpan<float> sums, int count, Span<float> destination)
    {
        // Divided, not multiplied by the reciprocal: the reference divides, and the last bit counts.
        Vector<float> counts = new(count);
        ReadOnlySpan<Vector<float>> wide = MemoryMarshal.Cast<float, Vector<float>>(sums);
        Span<Vector<float>> wideDestination = MemoryMarshal.Cast<float, Vector<float>>(destination);
        for (int i = 0; i < wide.Length; i++)
        {
            wideDestination[i] = wide[i] / counts;
        }

        for (int i = wide.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            destination[i] = sums[i] / count;
        }
    }
}

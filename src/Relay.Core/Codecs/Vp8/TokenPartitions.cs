namespace Relay.Core.Codecs.Vp8;

// RFC 6386 section 9.5: between the first partition and those with coefficients stand the lengths of all of them but the last,
// whose length is what is left.
//
//     +----------------+----------------+--- --+----------------+-------------+--- --+-------------+
//     | length 0, 24 bits, little endian| ...  | length n-2     | partition 0 | ...  | partition   |
//     |                                 |      |                |             |      | n-1         |
//     +----------------+----------------+--- --+----------------+-------------+--- --+-------------+

/// <summary>The partitions with coefficients. Rows of macroblocks take turns among them.</summary>
internal sealed class TokenPartitions
{
    private const int CountMax = 8;
    private const int LengthBytes = 3;

    private readonly Partition[] _partitions = new Partition[CountMax];
    private int _count;

    /// <param name="data">What follows the first partition.</param>
    /// <param name="count">1, 2, 4 or 8.</param>
    public Vp8FrameError Read(ReadOnlySpan<byte> data, int count)
    {
        _count = count;
        int start = (count - 1) * LengthBytes;
        if (data.Length < start)
        {
            return Vp8FrameError.Truncated;
        }

        for (int i = 0; i < count; i++)
        {
            int length = data.Length - start;
            if (i < count - 1)
            {
                ReadOnlySpan<byte> told = data.Slice(i * LengthBytes, LengthBytes);
                int toldLength = told[0] | (told[1] << 8) | (told[2] << 16);
                if (toldLength > length)
                {
                    return Vp8FrameError.Truncated;
                }

                length = toldLength;
            }

            if (length == 0)
            {
                // Not even a partition without rows may be empty: libvpx refuses it.
                return Vp8FrameError.Truncated;
            }

            _partitions[i] = new Partition(start, length, new BoolDecoder(data.Slice(start, length)).Current);
            start += length;
        }

        return Vp8FrameError.None;
    }

    /// <param name="data">The same as before.</param>
    /// <param name="row">The row of macroblocks that comes next.</param>
    public BoolDecoder Open(ReadOnlySpan<byte> data, int row)
    {
        ref readonly Partition partition = ref _partitions[row & (_count - 1)];
        return new BoolDecoder(data.Slice(partition.Start, partition.Length), partition.Stop);
    }

    /// <summary>Keeps where the row ended for the next one of its partition.</summary>
    public void Close(int row, in BoolDecoder decoder)
    {
        ref Partition partition = ref _partitions[row & (_count - 1)];
        partition = partition with { Stop = decoder.Current };
    }

    private readonly record struct Partition(int Start, int Length, BoolDecoder.Stop Stop);
}

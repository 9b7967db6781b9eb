using System.Numerics;

namespace Relay.Host.Workers;

/// <summary>
/// Counts durations in buckets that are a sixteenth of their octave wide: any percentile is right to about 6 %. Written by one
/// thread, read by any; allocates nothing after the constructor.
/// </summary>
internal sealed class LatencyHistogram
{
    /// <summary>Upper bound of the first bucket: 4.096 us.</summary>
    internal const long FirstBoundNanoseconds = 1L << FirstOctave;

    private const int FirstOctave = 12;
    private const int Octaves = 15;
    private const int BucketsPerOctave = 16;

    private readonly long[] _counts = new long[1 + (Octaves * BucketsPerOctave) + 1];
    private long _sum;

    /// <summary>Buckets, the last of which has no upper bound.</summary>
    public int BucketCount => _counts.Length;

    /// <summary>All durations added, in nanoseconds.</summary>
    public long SumNanoseconds => Volatile.Read(ref _sum);

    /// <summary>Durations below the bucket's upper bound and not below the one before.</summary>
    public long Count(int bucket) => Volatile.Read(ref _counts[bucket]);

    /// <summary>In nanoseconds, from 4,096 to 134 million (134 ms); long.MaxValue for the last.</summary>
    public static long UpperBoundNanoseconds(int bucket)
    {
        if (bucket == 0)
        {
            return FirstBoundNanoseconds;
        }

        int octave = (bucket - 1) / BucketsPerOctave;
        return octave == Octaves
            ? long.MaxValue
            : (long)(BucketsPerOctave + 1 + ((bucket - 1) % BucketsPerOctave)) << (FirstOctave + octave - 4);
    }

    /// <summary>Adds a duration; one below zero, as after a step of the clock, counts as zero.</summary>
    public void Add(long nanoseconds)
    {
        nanoseconds = Math.Max(nanoseconds, 0);
        ref long count = ref _counts[BucketOf(nanoseconds)];
        Volatile.Write(ref count, count + 1);
        Volatile.Write(ref _sum, _sum + nanoseconds);
    }

    private static int BucketOf(long nanoseconds)
    {
        int octave = BitOperations.Log2((ulong)nanoseconds | 1);
        return octave < FirstOctave ? 0
            : octave >= FirstOctave + Octaves ? 1 + (Octaves * BucketsPerOctave)
            : 1 + ((octave - FirstOctave) * BucketsPerOctave) + (int)((nanoseconds >> (octave - 4)) & (BucketsPerOctave - 1));
    }
}

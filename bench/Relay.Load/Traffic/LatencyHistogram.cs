using System.Diagnostics;
using System.Numerics;

namespace Relay.Load.Traffic;

/// <summary>Counts durations in buckets of at most a 64th of their value, so that recording one costs next to nothing.</summary>
internal sealed class LatencyHistogram
{
    private const int SubBits = 6;
    private const int Sub = 1 << SubBits;

    private readonly long[] _buckets = new long[40 * Sub];
    private long _count;
    private long _max;

    public double MaxMicroseconds => _max / 1000.0;

    public void AddTicks(long stopwatchTicks)
    {
        long nanoseconds = Math.Max(0, stopwatchTicks) * (1_000_000_000 / Stopwatch.Frequency);
        _count++;
        _max = Math.Max(_max, nanoseconds);
        int power = Math.Max(0, BitOperations.Log2((ulong)nanoseconds | 1) - SubBits);
        _buckets[Math.Min((power * Sub) + (int)(nanoseconds >> power), _buckets.Length - 1)]++;
    }

    public void Clear()
    {
        Array.Clear(_buckets);
        (_count, _max) = (0, 0);
    }

    /// <summary>The upper end of the bucket with that share (0 to 1) of the durations; 0 if there are none.</summary>
    public double PercentileMicroseconds(double share)
    {
        long wanted = (long)(share * _count);
        long seen = 0;
        for (int i = 0; i < _buckets.Length; i++)
        {
            seen += _buckets[i];
            if (seen > wanted || (seen == _count && seen > 0))
            {
                int power = Math.Max(0, (i / Sub) - 1);
                return Math.Min(((long)(i - (power * Sub)) + 1) << power, _max) / 1000.0;
            }
        }

        return 0;
    }
}

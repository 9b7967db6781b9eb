using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// Which packets of an incoming stream are missing and when to ask for them again (RFC 4585 section 6.2.1). Bounded in
/// packets, in tries and in age; what cannot be had any more is reported as given up, so that a keyframe can repair it.
/// </summary>
public sealed class NackGenerator
{
    /// <summary>Missing packets kept at once; a longer gap is not worth repairing packet by packet.</summary>
    public const int MissingMax = 256;

    /// <summary>How often one packet is asked for.</summary>
    public const int TriesMax = 8;

    // A packet that is merely reordered arrives within this time on most networks.
    private static readonly TimeSpan ReorderingAllowance = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMilliseconds(400);

    private readonly Missing[] _missing = new Missing[MissingMax];
    private int _count;

    public int Count => _count;

    /// <summary>When <see cref="CollectDue"/> has something to say.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    public void Reset()
    {
        _count = 0;
        NextTimeout = Instant.Never;
    }

    /// <summary>The stream went on from <paramref name="highest"/> to <paramref name="sequence"/>: all between is missing.</summary>
    /// <returns>False if the gap is too long to repair; the caller asks for a keyframe instead.</returns>
    public bool HandleGap(long highest, long sequence, Instant now)
    {
        if (sequence - highest - 1 > MissingMax - _count)
        {
            Reset();
            return false;
        }

        for (long gap = highest + 1; gap < sequence; gap++)
        {
            _missing[_count++] = new Missing { Sequence = gap, Due = now + ReorderingAllowance };
        }

        NextTimeout = Instant.Min(NextTimeout, _count == 0 ? Instant.Never : now + ReorderingAllowance);
        return true;
    }

    /// <summary>The packet arrived after all.</summary>
    public void HandleArrival(long sequence)
    {
        for (int i = 0; i < _count; i++)
        {
            if (_missing[i].Sequence == sequence)
            {
                Remove(i);
                break;
            }
        }

        if (_count == 0)
        {
            NextTimeout = Instant.Never;
        }
    }

    /// <summary>A keyframe starts here: nothing before it is needed any more.</summary>
    public void HandleKeyframe(long sequence)
    {
        for (int i = _count - 1; i >= 0; i--)
        {
            if (_missing[i].Sequence < sequence)
            {
                Remove(i);
            }
        }

        if (_count == 0)
        {
            NextTimeout = Instant.Never;
        }
    }

    /// <summary>Writes the sequence numbers to ask for now, in no particular order.</summary>
    /// <param name="destination">Room for <see cref="MissingMax"/> numbers.</param>
    /// <param name="roundTripTime">To the sender and back; <see cref="TimeSpan.Zero"/> if unknown.</param>
    /// <param name="now">The time.</param>
    /// <param name="gaveUp">True if a packet was asked for too often and is lost for good.</param>
    /// <returns>How many numbers were written.</returns>
    public int CollectDue(Span<ushort> destination, TimeSpan roundTripTime, Instant now, out bool gaveUp)
    {
        gaveUp = false;
        int written = 0;
        Instant next = Instant.Never;
        for (int i = _count - 1; i >= 0; i--)
        {
            ref Missing missing = ref _missing[i];
            if (missing.Due <= now)
            {
                if (missing.Tries == TriesMax)
                {
                    gaveUp = true;
                    Remove(i);
                    continue;
                }

                missing.Due = now + RetryDelay(roundTripTime, missing.Tries++);
                destination[written++] = (ushort)missing.Sequence;
            }

            next = Instant.Min(next, missing.Due);
        }

        destination[..written].Sort();
        NextTimeout = next;
        return written;
    }

    private static TimeSpan RetryDelay(TimeSpan roundTripTime, int tries)
    {
        TimeSpan wait = (roundTripTime * 1.25) + (RetryMin * (1 + tries));
        return wait < RetryMax ? wait : RetryMax;
    }

    private void Remove(int index) => _missing[index] = _missing[--_count];

    private struct Missing
    {
        public long Sequence;
        public Instant Due;
        public int Tries;
    }
}

using Relay.Core.Buffers;
using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// Which packets of an incoming stream are missing and when to ask for them again (RFC 4585 section 6.2.1). Bounded in
/// packets, in tries, in age and in requests per second; what cannot be had any more is reported as given up, so that a
/// keyframe can repair it.
/// </summary>
public sealed class NackGenerator
{
    /// <summary>Missing packets kept at once; a longer gap is not worth repairing packet by packet.</summary>
    public const int MissingMax = 256;

    /// <summary>How often one packet is asked for.</summary>
    public const int TriesMax = 8;

    /// <summary>How long a packet is worth waiting for: the receiver has given up by then, and so has its sender's memory.</summary>
    public static readonly TimeSpan AgeMax = TimeSpan.FromSeconds(1);

    /// <summary>Packets that one source is asked for at once, and one more each <see cref="RequestInterval"/>.</summary>
    public const int RequestsBurst = 512;

    /// <summary>500 packets a second, more than half of what a camera sends.</summary>
    public static readonly TimeSpan RequestInterval = TimeSpan.FromMilliseconds(2);

    /// <summary>Taken for the round trip while nothing is known of it.</summary>
    public static readonly TimeSpan RoundTripDefault = TimeSpan.FromMilliseconds(100);

    private static readonly TimeSpan RoundTripMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RetryMargin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan RetryMax = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan BudgetWait = TimeSpan.FromMilliseconds(20);

    private readonly SharedArrays<MissingPacket> _lists;
    private MissingPacket[]? _missing;
    private ReorderingAllowance _allowance;
    private TokenBudget _requests = new(RequestsBurst, RequestInterval);
    private int _count;

    /// <param name="lists">Arrays of <see cref="MissingMax"/> elements: a stream without gaps has none.</param>
    public NackGenerator(SharedArrays<MissingPacket> lists)
    {
        _lists = lists;
    }

    public int Count => _count;

    /// <summary>When <see cref="CollectDue"/> has something to say.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>Forgets what is missing.</summary>
    public void Reset()
    {
        _count = 0;
        Settle();
    }

    /// <summary>The stream went on from <paramref name="highest"/> to <paramref name="sequence"/>: all between is missing.</summary>
    /// <returns>False if the gap is too long to repair; the caller asks for a keyframe instead.</returns>
    public bool HandleGap(long highest, long sequence, Instant now)
    {
        long length = sequence - highest - 1;
        if (length <= 0)
        {
            return true;
        }

        if (length > MissingMax - _count || (_missing is null && !_lists.TryRent(out _missing)))
        {
            Reset();
            return false;
        }

        Instant due = now + _allowance.Value;
        for (long gap = highest + 1; gap < sequence; gap++)
        {
            _missing[_count++] = new MissingPacket { Sequence = gap, Noticed = now, Due = due };
        }

        NextTimeout = Instant.Min(NextTimeout, due);
        return true;
    }

    /// <summary>True if the packet is missing and still hoped for.</summary>
    public bool IsMissing(long sequence)
    {
        int index = IndexOf(sequence);
        return index < _count && _missing![index].Sequence == sequence;
    }

    /// <summary>The packet arrived after all.</summary>
    /// <param name="sequence">Its number.</param>
    /// <param name="isRecovered">It was sent again; else it was only late.</param>
    /// <param name="now">The time.</param>
    public void HandleArrival(long sequence, bool isRecovered, Instant now)
    {
        int index = IndexOf(sequence);
        if (index == _count || _missing![index].Sequence != sequence)
        {
            return;
        }

        if (isRecovered)
        {
            _allowance.HandleLoss();
        }
        else
        {
            _allowance.HandleLate(now - _missing[index].Noticed);
        }

        Remove(index, 1);
    }

    /// <summary>A packet came by itself that had been sent again already.</summary>
    public void HandleOvertaken() => _allowance.HandleNeedless();

    /// <summary>A keyframe starts here: nothing before it is needed any more.</summary>
    public void HandleKeyframe(long sequence) => Remove(0, IndexOf(sequence));

    /// <summary>Writes the sequence numbers to ask for now, the oldest first.</summary>
    /// <param name="destination">Room for <see cref="MissingMax"/> numbers.</param>
    /// <param name="roundTripTime">To the sender and back; <see cref="TimeSpan.Zero"/> if unknown.</param>
    /// <param name="now">The time.</param>
    /// <param name="gaveUp">
    /// True if a packet is lost for good. What came after it needs a keyframe first, so nothing is asked for any more.
    /// </param>
    /// <returns>How many numbers were written.</returns>
    public int CollectDue(Span<ushort> destination, TimeSpan roundTripTime, Instant now, out bool gaveUp)
    {
        gaveUp = false;
        int written = 0;
        Instant next = Instant.Never;
        for (int i = 0; i < _count; i++)
        {
            ref MissingPacket missing = ref _missing![i];
            if (missing.Due <= now)
            {
                if (missing.Tries == TriesMax || now - missing.Noticed >= AgeMax)
                {
                    gaveUp = true;
                    Reset();
                    return 0;
                }

                if (_requests.TryTake(reserve: 0, now))
                {
                    missing.Due = now + RetryDelay(roundTripTime, missing.Tries++);
                    destination[written++] = (ushort)missing.Sequence;
                }
                else
                {
                    missing.Due = now + BudgetWait;
                }
            }

            next = Instant.Min(next, missing.Due);
        }

        NextTimeout = next;
        return written;
    }

    // The answer takes a round trip; who asks again before it can have come has the packet sent twice. Each further try
    // waits half as long again.
    private static TimeSpan RetryDelay(TimeSpan roundTripTime, int tries)
    {
        TimeSpan first = roundTripTime == TimeSpan.Zero ? RoundTripDefault : roundTripTime;
        first = first > RoundTripMin ? first : RoundTripMin;
        first = (first * 5 / 4) + RetryMargin;
        TimeSpan wait = first;
        for (int i = 0; i < tries && wait < RetryMax; i++)
        {
            wait = wait * 3 / 2;
        }

        TimeSpan most = first > RetryMax ? first : RetryMax;
        wait = wait < most ? wait : most;
        return wait < AgeMax ? wait : AgeMax;
    }

    // The place of the first missing packet at or behind the number; the list is in order.
    private int IndexOf(long sequence)
    {
        int low = 0;
        int high = _count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_missing![middle].Sequence < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private void Remove(int index, int count)
    {
        if (count > 0)
        {
            Array.Copy(_missing!, index + count, _missing!, index, _count - index - count);
            _count -= count;
            Settle();
        }
    }

    private void Settle()
    {
        if (_count == 0)
        {
            NextTimeout = Instant.Never;
            if (_missing is { } list)
            {
                _missing = null;
                _lists.Return(list);
            }
        }
    }
}

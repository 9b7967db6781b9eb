using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// Decides what a sender is told of its packets, and when. Each number is told once, in order, on one clock for the leg's
/// life: the relay's, plus how long packets took from the relay to the partner. A packet that went no further counts as if it
/// had taken as long as the last one that did, so that neither a partner's coming nor its going shows as a jump. What arrives
/// after its number was passed is told late, by itself; what nobody knows the fate of is not spoken of.
/// </summary>
internal sealed class TransportFeedbackGenerator
{
    /// <summary>Packets that one message speaks of at most, so that it stays within the path MTU.</summary>
    public const int StatusMax = 400;

    /// <summary>Messages sent at once at most.</summary>
    public const int MessagesMax = 8;

    // Feedback takes up to a twentieth of the bandwidth, within these limits (as receivers of this draft do).
    private static readonly TimeSpan IntervalMin = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan IntervalMax = TimeSpan.FromMilliseconds(100);
    private const int MessageTypicalBytes = 68;
    private const int BandwidthDivisor = 20;

    // A partner that has not spoken of a packet by then will not: it says so within 100 ms and its round trip.
    private const uint PartnerSilenceMax = 4000;

    private readonly TransportArrivals _arrivals;
    private Instant _lastTimeout;
    private TimeSpan _interval = IntervalMin;
    private long _next = -1;
    private long _lateFrom = long.MaxValue;
    private int _transit;
    private uint _lastTime;
    private int _bytes;
    private byte _count;

    public TransportFeedbackGenerator(TransportArrivals arrivals) => _arrivals = arrivals;

    /// <summary>When <see cref="HandleTimeout"/> has something to do.</summary>
    public Instant NextTimeout { get; private set; } = Instant.Never;

    /// <summary>How long the last packet told took from the relay to its partner, in 250 microseconds.</summary>
    public int Transit => _transit;

    /// <summary>A point in time in 250 microseconds modulo 2^32.</summary>
    public static uint ToUnits(Instant time) => (uint)(time.Ticks / (TimeSpan.TicksPerMillisecond / 4));

    /// <summary>A packet with a number arrived.</summary>
    /// <returns>The number extended, -1 if it arrived before.</returns>
    public long HandleArrival(ushort sequence, int bytes, Instant now)
    {
        if (_arrivals.Add(sequence, ToUnits(now), out long number))
        {
            _next = number;
            _lateFrom = long.MaxValue;
        }

        if (number >= 0)
        {
            NoteLate(number);
        }

        _bytes += bytes;
        if (NextTimeout == Instant.Never)
        {
            Instant due = _lastTimeout + _interval;
            NextTimeout = due > now ? due : now + IntervalMin;
        }

        return number;
    }

    /// <summary>The partner has got the packet, <paramref name="transit"/> after the relay.</summary>
    public void HandleReceived(long number, int transit)
    {
        ref TransportArrivals.Arrival arrival = ref _arrivals[number];
        arrival.Fate = PacketFate.Received;
        arrival.Transit = transit;
        NoteLate(number);
    }

    /// <summary>Nobody will speak of what is on its way to the partner: it counts by its arrival here.</summary>
    public void HandlePartnerGone()
    {
        for (long number = Math.Max(_arrivals.Highest - TransportArrivals.Size + 1, 0); number <= _arrivals.Highest; number++)
        {
            ref TransportArrivals.Arrival arrival = ref _arrivals[number];
            if (arrival.Fate == PacketFate.Forwarded)
            {
                arrival.Fate = PacketFate.Held;
            }
        }
    }

    /// <summary>The time has come to tell what need not wait for the partner.</summary>
    /// <returns>The highest number to tell; below the next one if there is none.</returns>
    public long HandleTimeout(Instant now)
    {
        _interval = IntervalFor(_bytes, now - _lastTimeout);
        _bytes = 0;
        _lastTimeout = now;
        NextTimeout = Instant.Never;
        long through = _next - 1;
        for (long number = Oldest(); number <= _arrivals.Highest; number++)
        {
            TransportArrivals.Arrival arrival = _arrivals[number];
            if (arrival.Fate == PacketFate.Forwarded && ToUnits(now) - arrival.Time < PartnerSilenceMax)
            {
                NextTimeout = now + IntervalMax;
                break;
            }

            through = arrival.Fate is PacketFate.Held or PacketFate.Received ? number : through;
        }

        return through;
    }

    /// <summary>Takes what one message tells.</summary>
    /// <param name="through">The highest number to tell.</param>
    /// <param name="deltas">Room for <see cref="StatusMax"/> packets, as <see cref="TransportFeedbackWriter"/> takes them.
    /// </param>
    /// <param name="head">The message's head.</param>
    /// <returns>How many packets it tells of; 0 when nothing is left.</returns>
    public int Collect(long through, Span<int> deltas, out TransportFeedbackHead head)
    {
        int told = CollectLate(deltas, out head);
        if (told > 0 || _arrivals.Highest < 0)
        {
            return told;
        }

        long first = Oldest();
        while (first <= through && _arrivals[first].Fate is PacketFate.Forwarded or PacketFate.Told)
        {
            first++;
        }

        _next = first;
        told = CollectRun(first, through, withMissing: true, deltas, out head);
        _next += told;
        return told;
    }

    private int CollectLate(Span<int> deltas, out TransportFeedbackHead head)
    {
        head = default;
        for (long number = Math.Max(_lateFrom, _arrivals.Highest - TransportArrivals.Size + 1); number < _next; number++)
        {
            if (_arrivals[number].Fate is PacketFate.Held or PacketFate.Received)
            {
                int told = CollectRun(number, _next - 1, withMissing: false, deltas, out head);
                _lateFrom = number + told;
                return told;
            }
        }

        _lateFrom = long.MaxValue;
        return 0;
    }

    // Tells of consecutive numbers, up to one of unknown fate, or one too far in time from the last for a delta.
    private int CollectRun(long first, long through, bool withMissing, Span<int> deltas, out TransportFeedbackHead head)
    {
        int told = 0;
        uint last = 0;
        uint? reference = null;
        for (; told < deltas.Length && first + told <= through; told++)
        {
            ref TransportArrivals.Arrival arrival = ref _arrivals[first + told];
            if (arrival.Fate is PacketFate.Held or PacketFate.Received)
            {
                int transit = arrival.Fate == PacketFate.Received ? arrival.Transit : _transit;
                uint time = arrival.Time + (uint)transit;
                last = reference is null ? time & ~0xffu : last;
                int delta = (int)(time - last);
                if (delta is < short.MinValue or > short.MaxValue)
                {
                    break;
                }

                reference ??= last >> 8;
                last = time;
                deltas[told] = delta;
                arrival.Fate = PacketFate.Told;
                _transit = withMissing ? transit : _transit;
                _lastTime = time;
            }
            else if (withMissing && arrival.Fate is PacketFate.Missing or PacketFate.Lost)
            {
                deltas[told] = TransportFeedbackWriter.NotReceived;
            }
            else
            {
                break;
            }
        }

        head = told == 0 ? default : new TransportFeedbackHead((ushort)first, reference ?? _lastTime >> 8, _count++);
        return told;
    }

    private static TimeSpan IntervalFor(int bytes, TimeSpan elapsed)
    {
        double ticks = (double)elapsed.Ticks * MessageTypicalBytes * BandwidthDivisor / Math.Max(bytes, 1);
        return new TimeSpan((long)Math.Clamp(ticks, IntervalMin.Ticks, IntervalMax.Ticks));
    }

    private long Oldest() => Math.Max(_next, _arrivals.Highest - TransportArrivals.Size + 1);

    private void NoteLate(long number)
    {
        if (number < _next)
        {
            _lateFrom = Math.Min(_lateFrom, number);
        }
    }
}

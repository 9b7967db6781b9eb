using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Sfu;

/// <summary>
/// Reads a receiver's feedback as what became of its partner's packets: the receiver's numbers become the sender's, and the
/// receiver's clock, which starts anywhere, is laid so that its first packet takes as long as the last one before it.
/// </summary>
internal sealed class TransportFeedbackTranslator(TransportArrivals arrivals, TransportFeedbackGenerator generator)
{
    // 3 s in 250 microseconds. What is further off is no queue but a step of the receiver's clock, or a lie.
    private const int TransitChangeMax = 12_000;

    private bool _hasClock;
    private uint _clockShift;
    private int _transit;
    private int _usualTransit;

    /// <summary>Another receiver: its clock is not known yet.</summary>
    public void StartPair() => _hasClock = false;

    /// <summary>Takes one feedback message of the partner.</summary>
    /// <param name="feedback">Not read yet.</param>
    /// <param name="numbers">What the partner's packets left with.</param>
    /// <returns>The highest of the sender's numbers that it says has arrived, -1 if none.</returns>
    public long Handle(ref TransportFeedbackReader feedback, TransportSequenceMap numbers)
    {
        long through = -1;
        while (feedback.TryReadNext(out ushort sequence, out bool isReceived, out uint time))
        {
            if (!numbers.TryFind(sequence, out uint source))
            {
                continue;
            }

            long number = arrivals.Highest + (int)(source - (uint)arrivals.Highest);
            if (!arrivals.Contains(number))
            {
                continue;
            }

            ref TransportArrivals.Arrival arrival = ref arrivals[number];
            if (arrival.Fate is not (PacketFate.Forwarded or PacketFate.Lost))
            {
                continue;
            }

            if (isReceived)
            {
                generator.HandleReceived(number, TransitOf(arrival.Time, time));
                through = Math.Max(through, number);
            }
            else
            {
                arrival.Fate = PacketFate.Lost;
            }
        }

        return through;
    }

    private int TransitOf(uint relayTime, uint partnerTime)
    {
        if (!_hasClock)
        {
            _hasClock = true;
            _usualTransit = _transit = generator.Transit;
            _clockShift = relayTime + (uint)_transit - partnerTime;
            return _transit;
        }

        int transit = (int)(partnerTime + _clockShift - relayTime);
        if (Math.Abs((long)transit - _usualTransit) > TransitChangeMax)
        {
            _clockShift += (uint)(_transit - transit);
            return _transit;
        }

        // Clocks drift: what is usual follows, slowly.
        _usualTransit += Math.Sign(transit - _usualTransit);
        return _transit = transit;
    }
}

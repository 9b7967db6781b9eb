using Relay.Core.Primitives;

namespace Relay.Core.Sfu;

/// <summary>
/// Makes one outgoing RTP stream out of whatever sources come and go: within a source the sequence numbers and
/// timestamps are shifted by a constant, and a new source goes on where the last one ended.
/// </summary>
public struct StreamRewriter
{
    private readonly int _clockRate;
    private long _sequenceShift;
    private uint _timestampShift;
    private long _firstIncoming;
    private long _highestOutgoing;
    private uint _lastTimestamp;
    private Instant _lastDue;
    private bool _hasSent;

    /// <param name="clockRate">Timestamp ticks per second.</param>
    /// <param name="random">
    /// Draws the start: the sequence number below 0x8000, so that an early loss cannot hide a wrap (RFC 3711 section 3.3.1).
    /// </param>
    public StreamRewriter(int clockRate, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(random);
        _clockRate = clockRate;
        _highestOutgoing = random.NextUInt16() & 0x7fff;
        _lastTimestamp = random.NextUInt32();
    }

    /// <summary>What is added to the current source's timestamps.</summary>
    public readonly uint TimestampShift => _timestampShift;

    /// <summary>
    /// Starts a source at its first packet to forward: one after the last number, and as long after the last timestamp as
    /// it was due after the last packet. What was due, not what arrived: else each change would add how late this one is.
    /// </summary>
    public void Begin(long sequence, uint timestamp, Instant due)
    {
        _firstIncoming = sequence;
        _sequenceShift = _highestOutgoing + 1 - sequence;
        // At least one tick, so that two frames never share a timestamp.
        _timestampShift = (uint)Math.Max(1, TicksSince(due)) + _lastTimestamp - timestamp;
    }

    /// <summary>The stream's timestamp at this moment, reckoned from the last packet.</summary>
    public readonly uint TimestampAt(Instant now) => _lastTimestamp + (uint)TicksSince(now);

    /// <summary>Rewrites one packet's numbers.</summary>
    /// <returns>False if the packet comes before the source's first forwarded one and so has no number.</returns>
    public bool TryRewrite(long sequence, uint timestamp, Instant due, out ushort outSequence, out uint outTimestamp)
    {
        long outgoing = sequence + _sequenceShift;
        outSequence = (ushort)outgoing;
        outTimestamp = timestamp + _timestampShift;
        if (sequence < _firstIncoming)
        {
            return false;
        }

        if (outgoing > _highestOutgoing)
        {
            _highestOutgoing = outgoing;
            _lastTimestamp = outTimestamp;
            _lastDue = due;
            _hasSent = true;
        }

        return true;
    }

    /// <summary>
    /// Finds the source's number of a packet that was sent as <paramref name="outSequence"/>; false if it belongs to an
    /// earlier source.
    /// </summary>
    public readonly bool TryFindSource(ushort outSequence, out long sequence)
    {
        sequence = SequenceNumber.Extend(outSequence, _highestOutgoing) - _sequenceShift;
        return _hasSent && sequence >= _firstIncoming && sequence + _sequenceShift <= _highestOutgoing;
    }

    // Below zero when the new source's fastest packets are faster than its partner's were.
    private readonly long TicksSince(Instant time) =>
        _hasSent ? (time - _lastDue).Ticks * _clockRate / TimeSpan.TicksPerSecond : 0;
}

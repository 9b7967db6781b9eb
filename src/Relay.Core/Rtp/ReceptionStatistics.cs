using Relay.Core.Primitives;
using Relay.Core.Rtp.Rtcp;

namespace Relay.Core.Rtp;

/// <summary>
/// What a receiver knows of one incoming SSRC and says in its report block (RFC 3550 section 6.4.1, appendices A.1, A.3 and
/// A.8). Packets that RTX brought back are not counted (RFC 4588 section 6.3): they would hide loss from the sender. There is
/// no probation (A.1), because SRTP has authenticated the source. A mutable struct: keep it in a field or array element.
/// </summary>
public struct ReceptionStatistics
{
    /// <summary>A jump forward by this many numbers or more needs a second packet (RFC 3550 appendix A.1).</summary>
    public const int DropoutMax = 3000;

    /// <summary>A packet late by fewer numbers than this is counted as reordered (RFC 3550 appendix A.1).</summary>
    public const int MisorderMax = 100;

    private const uint SequenceModulus = 1 << 16;
    private const uint NoBadSequence = SequenceModulus + 1;
    private const int FractionBits = 8;

    private JitterEstimator _jitter;
    private uint _baseSequence;
    private uint _cycles;
    private uint _badSequence;
    private ushort _maxSequence;
    private bool _started;
    private bool _hasSenderReport;
    private long _received;
    private long _receivedPrior;
    private long _expectedPrior;
    private uint _lastSr;
    private Instant _lastSrArrival;

    /// <param name="ssrc">The incoming stream's SSRC, the block's subject.</param>
    /// <param name="clockRateHz">RTP clock rate: 90,000 for video, 48,000 for Opus.</param>
    public ReceptionStatistics(uint ssrc, uint clockRateHz)
    {
        Ssrc = ssrc;
        _jitter = new JitterEstimator(clockRateHz);
        _badSequence = NoBadSequence;
    }

    public uint Ssrc { get; }

    /// <summary>True once a packet was counted; before that there is nothing to report.</summary>
    public readonly bool HasReceived => _started;

    /// <summary>Cycles in the high and the highest sequence number in the low 16 bits.</summary>
    public readonly uint ExtendedHighestSequence => _cycles + _maxSequence;

    /// <summary>Packets counted since the start, duplicates included (RFC 3550 section 6.4.1).</summary>
    public readonly long Received => _received;

    /// <summary>Packets expected since the start.</summary>
    public readonly long Expected => _started ? (long)ExtendedHighestSequence - _baseSequence + 1 : 0;

    /// <summary>Expected less received; negative if there were duplicates.</summary>
    public readonly long CumulativeLost => Expected - _received;

    /// <summary>In timestamp units.</summary>
    public readonly uint Jitter => _jitter.Jitter;

    /// <summary>Counts one packet of the original stream (appendix A.1).</summary>
    /// <returns>False if the number is a wild jump that no second packet has confirmed yet; then nothing is counted.</returns>
    public bool Update(ushort sequenceNumber, uint timestamp, Instant now)
    {
        if (!_started)
        {
            Restart(sequenceNumber);
        }
        else if (!TryAdvance(sequenceNumber))
        {
            return false;
        }

        _received++;
        _jitter.Update(timestamp, now);
        return true;
    }

    /// <summary>Notes a sender report from this SSRC, for LSR and DLSR.</summary>
    public void HandleSenderReport(NtpTimestamp ntp, Instant now)
    {
        _hasSenderReport = true;
        _lastSr = ntp.Middle32;
        _lastSrArrival = now;
    }

    /// <summary>
    /// Makes the block of the next report and starts a new interval for its fraction lost (appendix A.3). Call only if
    /// <see cref="HasReceived"/>.
    /// </summary>
    public ReportBlock TakeReportBlock(Instant now)
    {
        long expected = Expected;
        long expectedInterval = expected - _expectedPrior;
        long lostInterval = expectedInterval - (_received - _receivedPrior);
        _expectedPrior = expected;
        _receivedPrior = _received;

        long fraction = expectedInterval <= 0 || lostInterval <= 0
            ? 0
            : Math.Min((lostInterval << FractionBits) / expectedInterval, byte.MaxValue);
        long lost = Math.Clamp(expected - _received, ReportBlock.CumulativeLostMin, ReportBlock.CumulativeLostMax);
        return new ReportBlock(
            Ssrc,
            (byte)fraction,
            (int)lost,
            ExtendedHighestSequence,
            _jitter.Jitter,
            _hasSenderReport ? _lastSr : 0,
            _hasSenderReport ? NtpTimestamp.ToDelayUnits(now - _lastSrArrival) : 0);
    }

    private void Restart(ushort sequenceNumber)
    {
        _started = true;
        _baseSequence = sequenceNumber;
        _maxSequence = sequenceNumber;
        _badSequence = NoBadSequence;
        _cycles = 0;
        _received = 0;
        _receivedPrior = 0;
        _expectedPrior = 0;
    }

    private bool TryAdvance(ushort sequenceNumber)
    {
        ushort delta = (ushort)(sequenceNumber - _maxSequence);
        if (delta < DropoutMax)
        {
            if (sequenceNumber < _maxSequence)
            {
                _cycles += SequenceModulus;
            }

            _maxSequence = sequenceNumber;
        }
        else if (delta <= SequenceModulus - MisorderMax)
        {
            if (sequenceNumber != _badSequence)
            {
                _badSequence = (ushort)(sequenceNumber + 1);
                return false;
            }

            // Two in a row: the sender started over without saying so.
            Restart(sequenceNumber);
        }

        return true;
    }
}

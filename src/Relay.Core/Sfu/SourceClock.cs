using Relay.Core.Primitives;
using Relay.Core.Rtp;

namespace Relay.Core.Sfu;

/// <summary>
/// How a source's RTP timestamps relate to the relay's clock, from the source's sender reports (RFC 3550 section 6.4.1).
/// The audio and the video of one sender share its wall clock, so the relay's own reports keep them together by
/// shifting both by the same offset.
/// </summary>
internal struct SourceClock(int clockRate)
{
    private NtpTimestamp _ntp;
    private uint _timestamp;

    /// <summary>A sender report has been seen.</summary>
    public bool IsKnown { get; private set; }

    public void HandleSenderReport(NtpTimestamp ntp, uint timestamp)
    {
        IsKnown = true;
        _ntp = ntp;
        _timestamp = timestamp;
    }

    /// <summary>The source's RTP timestamp when its wall clock shows <paramref name="ntp"/>.</summary>
    public readonly uint TimestampAt(NtpTimestamp ntp)
    {
        // 32.32 fixed point seconds times the clock rate.
        Int128 difference = (long)(ntp.Value - _ntp.Value);
        return _timestamp + (uint)(long)((difference * clockRate) >> 32);
    }
}

/// <summary>How far a sender's wall clock is from the relay's. One for both of its streams.</summary>
internal struct WallClockOffset
{
    // A sender whose clock moved further than this was set anew or slept.
    private const ulong StepMax = 1UL << 32;

    private ulong _offset;
    private bool _isKnown;

    public void HandleSenderReport(NtpTimestamp sender, Instant now)
    {
        ulong offset = sender.Value - NtpTimestamp.FromInstant(now).Value;
        // Network jitter moves the offset by milliseconds; following it would move audio against video.
        if (!_isKnown || offset - _offset + StepMax > 2 * StepMax)
        {
            _offset = offset;
            _isKnown = true;
        }
    }

    /// <summary>What the sender's clock shows when the relay's shows <paramref name="relay"/>.</summary>
    public readonly NtpTimestamp ToSender(NtpTimestamp relay) => new(relay.Value + _offset);
}

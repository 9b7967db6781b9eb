using Relay.Core.Primitives;

namespace Relay.Core.Rtp;

/// <summary>
/// A 64-bit NTP timestamp (RFC 3550 section 4): seconds in the high and fraction in the low 32 bits. The epoch is the
/// caller's: RFC 3550 section 6.4.1 allows elapsed time, and a monotonic clock tells a peer nothing about the host's.
/// </summary>
public readonly record struct NtpTimestamp(ulong Value)
{
    /// <summary>Units of <see cref="Middle32"/> and of DLSR in a second (RFC 3550 section 6.4.1).</summary>
    public const int DelayUnitsPerSecond = 65_536;

    private const int FractionBits = 32;

    public uint Seconds => (uint)(Value >> FractionBits);

    /// <summary>In units of 2^-32 s.</summary>
    public uint Fraction => (uint)Value;

    /// <summary>The middle 32 bits, in units of 1/65,536 s: what LSR holds (RFC 3550 section 6.4.1).</summary>
    public uint Middle32 => (uint)(Value >> 16);

    public static NtpTimestamp FromInstant(Instant instant)
    {
        long seconds = Math.DivRem(instant.Ticks, TimeSpan.TicksPerSecond, out long rest);
        if (rest < 0)
        {
            seconds--;
            rest += TimeSpan.TicksPerSecond;
        }

        ulong fraction = ((ulong)rest << FractionBits) / TimeSpan.TicksPerSecond;
        return new NtpTimestamp(((ulong)seconds << FractionBits) | fraction);
    }

    /// <summary>A delay in units of 1/65,536 s, as in DLSR: negative is 0, more than 65,535 s is the largest value.</summary>
    public static uint ToDelayUnits(TimeSpan delay)
    {
        if (delay <= TimeSpan.Zero)
        {
            return 0;
        }

        long seconds = Math.DivRem(delay.Ticks, TimeSpan.TicksPerSecond, out long rest);
        return seconds >= DelayUnitsPerSecond
            ? uint.MaxValue
            : (uint)(seconds * DelayUnitsPerSecond + rest * DelayUnitsPerSecond / TimeSpan.TicksPerSecond);
    }

    public static TimeSpan FromDelayUnits(uint units) => new(units * TimeSpan.TicksPerSecond / DelayUnitsPerSecond);

    /// <summary>
    /// The round trip from a report block: now - LSR - DLSR (RFC 3550 section 6.4.1). Rounding and clock steps that make it
    /// negative give zero.
    /// </summary>
    /// <param name="now">The same clock that wrote the sender report.</param>
    /// <param name="lastSr">LSR of the block.</param>
    /// <param name="delaySinceLastSr">DLSR of the block.</param>
    /// <returns>False if the peer has had no sender report yet (LSR 0).</returns>
    public static bool TryGetRoundTripTime(NtpTimestamp now, uint lastSr, uint delaySinceLastSr, out TimeSpan roundTripTime)
    {
        int units = (int)(now.Middle32 - lastSr - delaySinceLastSr);
        roundTripTime = lastSr == 0 || units <= 0 ? TimeSpan.Zero : FromDelayUnits((uint)units);
        return lastSr != 0;
    }
}

namespace Relay.Core.Primitives;

/// <summary>
/// A point on the caller's monotonic clock, in ticks of 100 ns since an epoch that the caller chose. The core never
/// reads a clock: an <see cref="Instant"/> is the last argument of whatever needs the time.
/// </summary>
public readonly record struct Instant(long Ticks) : IComparable<Instant>
{
    /// <summary>Later than every other instant: "no timer".</summary>
    public static readonly Instant Never = new(long.MaxValue);

    /// <summary>The epoch itself.</summary>
    public static readonly Instant Zero;

    public static Instant operator +(Instant left, TimeSpan right) => left == Never ? Never : new(left.Ticks + right.Ticks);

    public static Instant operator -(Instant left, TimeSpan right) => left == Never ? Never : new(left.Ticks - right.Ticks);

    public static TimeSpan operator -(Instant left, Instant right) => new(left.Ticks - right.Ticks);

    public static bool operator <(Instant left, Instant right) => left.Ticks < right.Ticks;

    public static bool operator >(Instant left, Instant right) => left.Ticks > right.Ticks;

    public static bool operator <=(Instant left, Instant right) => left.Ticks <= right.Ticks;

    public static bool operator >=(Instant left, Instant right) => left.Ticks >= right.Ticks;

    public static Instant Min(Instant left, Instant right) => left < right ? left : right;

    public int CompareTo(Instant other) => Ticks.CompareTo(other.Ticks);
}

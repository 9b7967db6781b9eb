using Relay.Core.Primitives;

namespace Relay.Core.Safety.Schedule;

/// <summary>
/// Gaps that nobody outside can foresee: exponential around a mean, so that having waited says nothing of how long is left,
/// from a secret of the source's own. A mutable struct: keep it in a field.
/// </summary>
internal struct SecretClock(RandomSource random)
{
    private readonly SipHash _secret = new(random);
    private ulong _drawn;

    /// <summary>The next gap.</summary>
    /// <param name="mean">Of the gaps before they are cut to the range.</param>
    /// <param name="min">No gap is shorter.</param>
    /// <param name="max">No gap is longer; at least <paramref name="min"/>.</param>
    public TimeSpan NextGap(TimeSpan mean, TimeSpan min, TimeSpan max)
    {
        // 53 bits fill a double's mantissa; 1 - u is never 0.
        double uniform = (_secret.Hash(_drawn++) >> 11) * (1.0 / (1UL << 53));
        TimeSpan gap = mean * -Math.Log(1 - uniform);
        return gap < min ? min : gap > max ? max : gap;
    }
}

using Relay.Core.Safety.Schedule;
using Relay.Core.Tests.Pairing;
using Xunit;

namespace Relay.Core.Tests.Safety.Schedule;

public sealed class SecretClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Gaps_stay_in_their_range_and_reach_both_ends()
    {
        SecretClock clock = new(new SeededRandomSource(1));
        TimeSpan[] gaps = [.. Enumerable.Range(0, 5000).Select(_ => clock.NextGap(5 * Second, 0.5 * Second, 20 * Second))];
        Assert.Equal(0.5 * Second, gaps.Min());
        Assert.Equal(20 * Second, gaps.Max());

        // 1 - e^-0.1 of them are cut at the lower end, e^-4 at the upper.
        Assert.InRange(gaps.Count(gap => gap == 0.5 * Second), 400, 560);
        Assert.InRange(gaps.Count(gap => gap == 20 * Second), 60, 130);
    }

    [Fact]
    public void Another_secret_gives_other_gaps()
    {
        SeededRandomSource random = new(1);
        SecretClock one = new(random);
        SecretClock two = new(random);
        SecretClock same = new(new SeededRandomSource(1));
        TimeSpan gap = one.NextGap(Second, TimeSpan.Zero, TimeSpan.MaxValue);
        Assert.NotEqual(gap, two.NextGap(Second, TimeSpan.Zero, TimeSpan.MaxValue));
        Assert.Equal(gap, same.NextGap(Second, TimeSpan.Zero, TimeSpan.MaxValue));
        Assert.NotEqual(gap, one.NextGap(Second, TimeSpan.Zero, TimeSpan.MaxValue));
    }
}

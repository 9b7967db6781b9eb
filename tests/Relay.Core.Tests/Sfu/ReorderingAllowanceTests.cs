using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class ReorderingAllowanceTests
{
    [Fact]
    public void It_follows_how_late_packets_are_and_falls_back_slowly()
    {
        var allowance = default(ReorderingAllowance);
        Assert.Equal(ReorderingAllowance.Min, allowance.Value);
        Late(ref allowance, 40, 10);
        Assert.InRange(allowance.Value.TotalMilliseconds, 35, 40);
        TimeSpan high = allowance.Value;
        allowance.HandleLoss();
        Assert.InRange(allowance.Value, 0.9 * high, high);
        Late(ref allowance, 1, 2_000);
        Assert.InRange(allowance.Value.TotalMilliseconds, 5, 6);
    }

    [Fact]
    public void A_packet_that_its_copy_overtook_was_later_than_that()
    {
        var allowance = default(ReorderingAllowance);
        for (int i = 0; i < 5; i++)
        {
            TimeSpan before = allowance.Value;
            allowance.HandleNeedless();
            Assert.Equal(1.5 * before, allowance.Value);
        }

        allowance.HandleNeedless();
        allowance.HandleNeedless();
        Assert.Equal(ReorderingAllowance.Max, allowance.Value);
    }

    [Fact]
    public void It_has_bounds()
    {
        var allowance = default(ReorderingAllowance);
        Late(ref allowance, 100_000, 100);
        Assert.InRange(allowance.Value, 0.99 * ReorderingAllowance.Max, ReorderingAllowance.Max);
        Late(ref allowance, 0, 10_000);
        Assert.InRange(allowance.Value, ReorderingAllowance.Min, 1.01 * ReorderingAllowance.Min);
    }

    private static void Late(ref ReorderingAllowance allowance, int milliseconds, int times)
    {
        for (int i = 0; i < times; i++)
        {
            allowance.HandleLate(TimeSpan.FromMilliseconds(milliseconds));
        }
    }
}

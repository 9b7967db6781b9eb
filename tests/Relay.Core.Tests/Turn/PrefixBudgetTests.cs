using Relay.Core.Primitives;
using Relay.Core.Turn;
using Xunit;
using static Relay.Core.Tests.Turn.AddressText;

namespace Relay.Core.Tests.Turn;

public sealed class PrefixBudgetTests
{
    private const int PerSecond = 10;
    private const int Burst = 20;

    private static readonly Instant Start = new(TimeSpan.TicksPerHour);

    private readonly PrefixBudget _budget = new(64, PerSecond, Burst, new CountingRandomSource());

    [Fact]
    public void A_prefix_has_its_burst_and_then_its_rate()
    {
        Assert.Equal(Burst, Take(_budget, "203.0.113.1", 100, Start));
        Assert.Equal(0, Take(_budget, "203.0.113.1", 100, Start));
        Assert.Equal(1, Take(_budget, "203.0.113.1", 100, Start + TimeSpan.FromMilliseconds(100)));
        Assert.Equal(PerSecond, Take(_budget, "203.0.113.1", 100, Start + TimeSpan.FromMilliseconds(1100)));
        Assert.Equal(Burst, Take(_budget, "203.0.113.1", 100, Start + TimeSpan.FromHours(1)));
    }

    [Theory]
    [InlineData("203.0.113.1", "203.0.113.255", true)]
    [InlineData("203.0.113.1", "203.0.114.1", false)]
    [InlineData("2001:db8:1:2200::1", "2001:db8:1:22ff:ffff::9", true)]
    [InlineData("2001:db8:1:2200::1", "2001:db8:1:2300::1", false)]
    [InlineData("0.0.0.1", "::1", false)]
    public void A_prefix_is_a_24_or_a_56(string one, string other, bool together)
    {
        Assert.Equal(Burst, Take(_budget, one, 100, Start));
        Assert.Equal(together ? 0 : Burst, Take(_budget, other, 100, Start));
    }

    [Fact]
    public void Nobody_gains_by_being_forgotten()
    {
        // More prefixes than entries, in turn: the victim's entry is taken over again and again.
        int victim = 0;
        for (int round = 0; round < 50; round++)
        {
            victim += Take(_budget, "203.0.113.1", 1, Start);
            for (int other = 0; other < 200; other++)
            {
                Take(_budget, $"10.0.{other}.1", 1, Start);
            }
        }

        Assert.InRange(victim, 1, Burst);
    }

    [Fact]
    public void All_prefixes_together_get_no_more_than_the_table_holds()
    {
        int answers = 0;
        for (int prefix = 0; prefix < 10_000; prefix++)
        {
            answers += Take(_budget, $"10.{prefix / 250}.{prefix % 250}.1", 1, Start);
        }

        Assert.InRange(answers, 64, 64 * Burst);
    }

    [Fact]
    public void Taking_allocates_nothing()
    {
        TransportAddress source = Peer("203.0.113.1");
        _budget.TryTake(source, Start);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            _budget.TryTake(new TransportAddress(source.Address + ((UInt128)i << 8), 1), Start);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void Its_limits_are_checked()
    {
        var random = new CountingRandomSource();
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrefixBudget(3, 1, 1, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrefixBudget(4, 0, 1, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrefixBudget(4, 1, 0, random));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PrefixBudget((1 << 20) + 1, 1, 1, random));
    }

    private static int Take(PrefixBudget budget, string source, int times, Instant now)
    {
        int taken = 0;
        TransportAddress address = Peer(source);
        for (int i = 0; i < times; i++)
        {
            taken += budget.TryTake(address, now) ? 1 : 0;
        }

        return taken;
    }

    private sealed class CountingRandomSource : RandomSource
    {
        private byte _next;

        public override void Fill(Span<byte> destination)
        {
            foreach (ref byte value in destination)
            {
                value = _next++;
            }
        }
    }
}

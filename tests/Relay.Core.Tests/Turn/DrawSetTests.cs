using Relay.Core.Tests.Ice;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class DrawSetTests
{
    private readonly SeededRandomSource _random = new(1);

    [Fact]
    public void It_holds_what_was_added_and_not_removed()
    {
        const int Limit = 100;
        var set = new DrawSet(Limit);
        HashSet<int> expected = [];
        var random = new Random(7);
        for (int step = 0; step < 20_000; step++)
        {
            int number = random.Next(Limit);
            if (random.Next(2) == 0)
            {
                set.Add(number);
                expected.Add(number);
            }
            else
            {
                set.Remove(number);
                expected.Remove(number);
            }

            Assert.Equal(expected.Count, set.Count);
            Assert.Equal(expected.Contains(number), set.Contains(number));
            Assert.Equal(expected.Count > 0, set.TryDraw(_random, out int drawn));
            Assert.True(expected.Count == 0 || expected.Contains(drawn));
        }

        Assert.All(Enumerable.Range(0, Limit), number => Assert.Equal(expected.Contains(number), set.Contains(number)));
    }

    [Fact]
    public void Nothing_is_drawn_from_an_empty_one() => Assert.False(new DrawSet(0).TryDraw(_random, out _));

    [Fact]
    public void Every_number_below_the_limit_has_room()
    {
        var set = new DrawSet(65_536);
        for (int number = 0; number < 65_536; number++)
        {
            set.Add(number);
        }

        Assert.Equal(65_536, set.Count);
        set.Remove(65_535);
        set.Remove(0);
        Assert.False(set.Contains(65_535));
        Assert.True(set.Contains(65_534));
    }

    [Fact]
    public void Members_are_drawn_equally_often_wherever_they_stand()
    {
        var set = new DrawSet(1000);
        foreach (int number in new[] { 0, 1, 999 })
        {
            set.Add(number);
        }

        int[] times = new int[1000];
        for (int i = 0; i < 3000; i++)
        {
            set.TryDraw(_random, out int drawn);
            times[drawn]++;
        }

        Assert.All([0, 1, 999], number => Assert.InRange(times[number], 900, 1100));
    }
}

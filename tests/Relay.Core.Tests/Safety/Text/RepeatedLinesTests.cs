using Relay.Core.Primitives;
using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class RepeatedLinesTests
{
    private const string Line = "come and see my new pictures on the page that you find under my name";

    private readonly RepeatedLines _lines = new();
    private Instant _now = new(TimeSpan.FromHours(1).Ticks);

    [Fact]
    public void The_third_partner_is_one_too_many()
    {
        Assert.False(Tell(Line, pair: 1));
        Assert.False(Tell(Line + " ok", pair: 2));
        Assert.True(Tell(Line + " xd", pair: 3));
        Assert.True(Tell(Line, pair: 4));
    }

    [Fact]
    public void One_partner_may_be_told_many_times()
    {
        for (int i = 0; i < 40; i++)
        {
            Assert.False(Tell(Line, pair: 1));
        }

        Assert.False(Tell(Line, pair: 2));
    }

    [Fact]
    public void Short_lines_may_be_told_to_everybody()
    {
        for (int pair = 0; pair < 40; pair++)
        {
            Assert.False(Tell("hi, how are you doing??", pair));
        }
    }

    [Fact]
    public void After_ten_minutes_it_is_forgotten()
    {
        Tell(Line, pair: 1);
        Tell(Line, pair: 2);
        _now += RepeatedLines.Memory + new TimeSpan(1);
        Assert.False(Tell(Line, pair: 3));
    }

    [Fact]
    public void Only_the_last_lines_are_remembered()
    {
        Tell(Line, pair: 1);
        Tell(Line, pair: 2);
        Random random = new(4);
        for (int i = 0; i < RepeatedLines.Remembered; i++)
        {
            Tell(string.Concat(Enumerable.Range(0, 40).Select(_ => (char)('a' + random.Next(26)))), pair: 3);
        }

        Assert.False(Tell(Line, pair: 4));
    }

    private bool Tell(string line, long pair)
    {
        _now += TimeSpan.FromSeconds(1);
        return _lines.HandleLine(line, pair, _now);
    }
}

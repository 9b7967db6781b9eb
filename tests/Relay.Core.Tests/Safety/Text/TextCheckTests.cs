using Relay.Core.Primitives;
using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class TextCheckTests
{
    private const string Advert = "come and see my new pictures on the page that you find under my name";

    private readonly WordList _words = new(["banana"], []);

    [Fact]
    public void Each_check_holds_with_its_own_verdict()
    {
        TextCheck check = new(holdsLinks: true);
        Assert.Equal(TextVerdict.Clean, Judge(check, "hello", 1));
        Assert.Equal(TextVerdict.Link, Judge(check, "see ｅxample.com", 1));
        Assert.Equal(TextVerdict.Word, Judge(check, "a B4NANA on example.com", 1));
        Assert.Equal(TextVerdict.Clean, Judge(check, Advert, 1));
        Assert.Equal(TextVerdict.Clean, Judge(check, Advert, 2));
        Assert.Equal(TextVerdict.Repeated, Judge(check, Advert, 3));
    }

    [Fact]
    public void Links_may_be_let_through() =>
        Assert.Equal(TextVerdict.Clean, Judge(new TextCheck(holdsLinks: false), "see example.com", 1));

    /// <summary>What is held for another reason was still told to many.</summary>
    [Fact]
    public void Held_lines_count_as_told()
    {
        TextCheck check = new(holdsLinks: true);
        Judge(check, Advert + " example.com", 1);
        Judge(check, Advert + " example.com", 2);
        Assert.Equal(TextVerdict.Repeated, Judge(check, Advert + " example", 3));
    }

    private TextVerdict Judge(TextCheck check, string line, long pair) => check.HandleLine(line, _words, pair, Instant.Zero);
}

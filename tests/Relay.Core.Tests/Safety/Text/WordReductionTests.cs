using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class WordReductionTests
{
    [Theory]
    [InlineData("banana split", "banana split")]
    [InlineData("b4n4n@ spl1t", "banana split")]
    [InlineData("baaananaa!!!", "baaananaa")]
    [InlineData("b a n a n a", "banana")]
    [InlineData("b.a.n.a.n.a", "banana")]
    [InlineData("b-a-n ana", "ban ana")]
    [InlineData("banana-split", "banana split")]
    [InlineData("a banana", "a banana")]
    [InlineData("$poon", "spoon")]
    [InlineData("... ?!", "")]
    [InlineData("", "")]
    public void Disguises_are_taken_away(string folded, string words) =>
        Assert.Equal(words, string.Join(' ', WordReduction.Split(folded)));

    [Theory]
    [InlineData("spoon", "spoon", true)]
    [InlineData("spoon", "spoooon", true)]
    [InlineData("spoon", "ssspoonnn", true)]
    [InlineData("spoon", "spon", false)]
    [InlineData("pan", "paaan", true)]
    [InlineData("pan", "paan", false)]
    [InlineData("pan", "pann", false)]
    [InlineData("pan", "panes", false)]
    [InlineData("pan", "pa", false)]
    [InlineData("a pan", "a paaan", true)]
    public void Three_of_a_letter_are_any_number_and_two_are_two(string entry, string words, bool fits) =>
        Assert.Equal(fits, WordReduction.Fits(entry, words, isBeginning: false));

    [Theory]
    [InlineData("pan", "pan", true)]
    [InlineData("pan", "pannier", true)]
    [InlineData("pan", "paaanes", true)]
    [InlineData("pann", "pan", false)]
    [InlineData("pann", "panes", false)]
    [InlineData("pan", "pa", false)]
    public void More_may_follow_a_beginning(string entry, string words, bool fits) =>
        Assert.Equal(fits, WordReduction.Fits(entry, words, isBeginning: true));

    [Fact]
    public void A_key_has_each_letter_once()
    {
        Assert.Equal("spon lid", WordReduction.Collapse("sspooonn  lid"));
        Assert.Equal("", WordReduction.Collapse(""));
    }
}

using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class WordReductionTests
{
    [Theory]
    [InlineData("banana split", "banana split")]
    [InlineData("b4n4n@ spl1t", "banana split")]
    [InlineData("baaanannnaaa!!!", "banana")]
    [InlineData("b a n a n a", "banana")]
    [InlineData("b.a.n.a.n.a", "banana")]
    [InlineData("b-a-n ana", "ban ana")]
    [InlineData("banana-split", "banana split")]
    [InlineData("a banana", "a banana")]
    [InlineData("$poon", "spon")]
    [InlineData("... ?!", "")]
    [InlineData("", "")]
    public void Disguises_are_taken_away(string folded, string words) =>
        Assert.Equal(words, string.Join(' ', WordReduction.Split(folded)));
}

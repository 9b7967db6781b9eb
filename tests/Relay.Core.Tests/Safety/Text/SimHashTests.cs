using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class SimHashTests
{
    private const string Advert =
        "hey there come and see my new pictures on the page that you find under my name, first week is free";

    [Theory]
    [InlineData(Advert)]
    [InlineData("hey there come and see my new pictures on the page that you find under my name, first week is free!!!")]
    [InlineData("hey there! come and see my new pictures on the page that you find under my name - first week is free")]
    [InlineData("hey there come and see my new pictures on the page that you find under my name, first week is free x7")]
    [InlineData("hey bro come and see my new pictures on the page that you find under my name, first week is free")]
    public void Small_changes_are_near(string line) =>
        Assert.InRange(SimHash.Distance(Hash(Advert), Hash(line)), 0, SimHash.NearDistance);

    [Theory]
    [InlineData("i was thinking of going to the sea this weekend, but the weather forecast says it is going to rain again")]
    [InlineData("do you like music? i play the guitar in a small band and we have our first concert in the town hall soon")]
    [InlineData("first week of my new job is over and i am so tired, they have a page of rules for everything there")]
    public void Other_lines_are_far(string line) =>
        Assert.InRange(SimHash.Distance(Hash(Advert), Hash(line)), SimHash.NearDistance + 1, 64);

    [Fact]
    public void Only_letters_and_digits_count()
    {
        Assert.Equal(SimHash.Hash("abc def 12", out int letters), SimHash.Hash("a-b.c/d e!f#12", out int same));
        Assert.Equal(8, letters);
        Assert.Equal(8, same);
        Assert.Equal(0UL, SimHash.Hash("abc", out letters));
        Assert.Equal(3, letters);
    }

    private static ulong Hash(string line) => SimHash.Hash(TextFolding.Fold(line), out _);
}

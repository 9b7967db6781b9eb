using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class WordListTests
{
    private readonly WordList _list = Read("banana\nspoon\nkumquat*\nspotted dick pudding\nсало\n");

    [Theory]
    [InlineData("a Banana!")]
    [InlineData("b4n4n@")]
    [InlineData("B A N A N A please")]
    [InlineData("b.a.n.a.n.a")]
    [InlineData("baaanaaanaaa")]
    [InlineData("b\u200Ba\u0301nänа")]
    [InlineData("𝓫𝓪𝓷𝓪𝓷𝓪")]
    [InlineData("$p00n")]
    [InlineData("s p o o n")]
    [InlineData("spooooooon")]
    [InlineData("kumquats")]
    [InlineData("kumquatty")]
    [InlineData("kumquat")]
    [InlineData("some Sp0tted  d1ck, pudding?")]
    [InlineData("САЛО")]
    public void Words_are_found_in_disguise(string line) => Assert.True(_list.Matches(TextFolding.Fold(line)));

    [Theory]
    [InlineData("")]
    [InlineData("bananas")]
    [InlineData("a bandana")]
    [InlineData("spon")]
    [InlineData("baanana")]
    [InlineData("mykumquat")]
    [InlineData("spotted dick")]
    [InlineData("spotted dick and pudding")]
    public void Other_words_are_left_alone(string line) => Assert.False(_list.Matches(TextFolding.Fold(line)));

    [Fact]
    public void The_empty_list_matches_nothing()
    {
        Assert.Equal(0, WordList.Empty.Count);
        Assert.False(WordList.Empty.Matches("banana"));
    }

    [Fact]
    public void Any_text_is_looked_through()
    {
        Random random = new(6);
        for (int run = 0; run < 5_000; run++)
        {
            char[] line = new char[random.Next(0, 60)];
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = (char)(random.Next(8) == 0 ? random.Next(0x10000) : ' ' + random.Next(90));
            }

            string folded = TextFolding.Fold(line);
            _list.Matches(folded);
            LinkDetector.HasLink(folded);
            Assert.True(_list.Matches(folded + " banana"));
        }
    }

    private static WordList Read(string contents)
    {
        WordListReader reader = new();
        Assert.True(reader.TryRead("words", contents, out _));
        return reader.ToList();
    }
}

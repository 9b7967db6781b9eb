using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class TextFoldingTests
{
    [Theory]
    [InlineData("Hello World", "hello world")]
    [InlineData("  a\t\r\n b\u00A0\u2003c  ", "a b c")]
    [InlineData("ÀÉÎõüß Œuvre Łódź ạệ", "aeious ouvre lodz ae")]
    [InlineData("e\u0301a\u0308\u0334\u0335x", "eax")]
    [InlineData("h\u200Be\u200Dl\u00ADl\u2060o\uFEFF", "hello")]
    [InlineData("\u202Eolleh\u202C", "olleh")]
    [InlineData("ｈｔｔｐｓ：／／ｘ．ｃｏｍ", "https://x.com")]
    [InlineData("ⓗⒺ⒧ 𝓱𝓮𝓵𝓵𝓸 𝐇𝔼𝕷𝗟𝙾 🅷🄴🅛", "hel hello hello hel")]
    [InlineData("①②⁴₃ 𝟘𝟵𝟳", "1243 097")]
    [InlineData("РАУРАL ехаmрlе", "paypal example")]
    [InlineData("ΑΒΕΗ οικ", "aben oik")]
    [InlineData("‘a’ “b” – —", "'a' \"b\" - -")]
    [InlineData("日本語 العربية हिन्दी", "日本語 العربية हिन्दी")]
    [InlineData("\uD800a\uDC00", "a")]
    [InlineData("", "")]
    [InlineData("\u200B\u200C", "")]
    public void What_looks_the_same_folds_to_the_same(string line, string folded) => Assert.Equal(folded, TextFolding.Fold(line));

    [Fact]
    public void Look_alikes_are_pairs_of_a_character_and_a_plain_one()
    {
        Assert.Equal(0, TextFolding.LookAlikes.Length % 3);
        for (int i = 0; i < TextFolding.LookAlikes.Length; i += 3)
        {
            Assert.False(char.IsAscii(TextFolding.LookAlikes[i]), $"{TextFolding.LookAlikes[i]} at {i}");
            Assert.True(char.IsAscii(TextFolding.LookAlikes[i + 1]), $"{TextFolding.LookAlikes[i + 1]} at {i + 1}");
            Assert.Equal(' ', TextFolding.LookAlikes[i + 2]);
        }
    }

    /// <summary>Any text: no exception, nothing longer, and folding twice changes nothing more.</summary>
    [Fact]
    public void Any_text_folds_to_something_that_folds_to_itself()
    {
        Random random = new(5);
        for (int run = 0; run < 20_000; run++)
        {
            char[] line = new char[random.Next(0, 40)];
            for (int i = 0; i < line.Length; i++)
            {
                line[i] = (char)(random.Next(3) == 0 ? random.Next(0x10000) : random.Next(0x250));
            }

            string folded = TextFolding.Fold(line);
            Assert.True(folded.Length <= line.Length);
            Assert.Equal(folded, TextFolding.Fold(folded));
        }
    }
}

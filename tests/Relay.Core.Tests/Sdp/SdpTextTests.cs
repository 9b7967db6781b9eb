using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpTextTests
{
    [Fact]
    public void Tokens_are_taken_between_any_number_of_spaces()
    {
        ReadOnlySpan<char> text = "  one   two three  ";
        Assert.Equal("one", SdpText.TakeToken(ref text).ToString());
        Assert.Equal("two", SdpText.TakeToken(ref text).ToString());
        Assert.Equal("three", SdpText.TakeToken(ref text).ToString());
        Assert.True(text.IsEmpty);
        Assert.True(SdpText.TakeToken(ref text).IsEmpty);
    }

    [Theory]
    [InlineData("0", true)]
    [InlineData("127", true)]
    [InlineData("128", false)]
    [InlineData("-1", false)]
    [InlineData("+1", false)]
    [InlineData(" 1", false)]
    [InlineData("", false)]
    [InlineData("1e1", false)]
    [InlineData("99999999999999999999", false)]
    [InlineData("\u0661", false)]
    public void Numbers_are_plain_decimals_within_their_range(string text, bool expected) =>
        Assert.Equal(expected, SdpText.TryParseNumber(text, 127, out _));

    [Theory]
    [InlineData("0", true)]
    [InlineData("v-1_.b+!", true)]
    [InlineData("", false)]
    [InlineData("a b", false)]
    [InlineData("a/b", false)]
    [InlineData("a=b", false)]
    [InlineData("a\0", false)]
    [InlineData("\u00e4", false)]
    [InlineData("12345678", true)]
    [InlineData("123456789", false)]
    public void Tokens_follow_the_grammar(string text, bool expected) => Assert.Equal(expected, SdpText.IsToken(text, 8));

    [Theory]
    [InlineData("UDP/TLS/RTP/SAVPF", true)]
    [InlineData("UDP TLS", false)]
    [InlineData("", false)]
    public void Protocols_are_tokens_with_slashes(string text, bool expected) => Assert.Equal(expected, SdpText.IsProtocol(text));

    [Theory]
    [InlineData("abc", false)]
    [InlineData("aZ09+/", true)]
    [InlineData("abcdefgh", true)]
    [InlineData("abcdefghi", false)]
    [InlineData("abc:", false)]
    [InlineData("abc-", false)]
    public void Ice_chars_follow_the_grammar_and_lengths(string text, bool expected) =>
        Assert.Equal(expected, SdpText.IsIceChars(text, 4, 8));
}

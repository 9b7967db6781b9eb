using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ChatTextTests
{
    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("  hello \n", "hello")]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd")]
    [InlineData("a\u2028b\u2029c", "a\nb\nc")]
    [InlineData("a\tb", "a\tb")]
    [InlineData("a\u0000\u0007\u001b\u007f\u0085b", "ab")]
    [InlineData("pay\u202Egpj.exe", "paygpj.exe")]
    [InlineData("\uFEFFa\uFFFE\uFDD0", "a")]
    [InlineData("שלום \u2067RTL\u2069", "שלום \u2067RTL\u2069")]
    [InlineData("👩‍👩‍👧 ok", "👩‍👩‍👧 ok")]
    [InlineData(" \u0000 ", "")]
    [InlineData("", "")]
    public void Text_is_made_harmless(string text, string expected) => Assert.Equal(expected, ChatText.Clean(text));

    [Fact]
    public void Half_a_surrogate_pair_is_no_character()
    {
        Assert.Equal(string.Empty, ChatText.Clean("\ud83d"));
        Assert.Equal(string.Empty, ChatText.Clean("\ude00\ud83d"));
        Assert.Equal("\ud83d\ude00", ChatText.Clean("\ud83d\ud83d\ude00"));
    }
}

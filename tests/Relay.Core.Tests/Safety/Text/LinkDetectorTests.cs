using Relay.Core.Safety.Text;
using Xunit;

namespace Relay.Core.Tests.Safety.Text;

public sealed class LinkDetectorTests
{
    [Theory]
    [InlineData("see https://example.org/x")]
    [InlineData("HTTP://EXAMPLE")]
    [InlineData("www.example")]
    [InlineData("go to example.com now")]
    [InlineData("example.com.")]
    [InlineData("(example.com)")]
    [InlineData("example.com/path?x=1")]
    [InlineData("t.me/somebody")]
    [InlineData("discord.gg/abc")]
    [InlineData("a.b-c.example.xyz!")]
    [InlineData("mail me@example.net")]
    [InlineData("198.51.100.7:8080")]
    [InlineData("example[.]com")]
    [InlineData("example(dot)com")]
    [InlineData("example dot com")]
    [InlineData("example . com")]
    [InlineData("example DOT com/abc")]
    [InlineData("ехаmрlе．соm")]
    [InlineData("exa\u200Bmple.\u200Bcom")]
    [InlineData("𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦")]
    public void What_leads_elsewhere_is_found(string line) => Assert.True(LinkDetector.HasLink(TextFolding.Fold(line)));

    [Theory]
    [InlineData("")]
    [InlineData("hello there. how are you?")]
    [InlineData("yes.it was fun...me too.to be fair")]
    [InlineData("3.5 or 1.2.3, since 10.12.2025")]
    [InlineData("256.1.1.1")]
    [InlineData("wait...what")]
    [InlineData("and/or")]
    [InlineData(".com")]
    [InlineData("...com")]
    [InlineData("the dot is small")]
    [InlineData("u.s.a.")]
    [InlineData("a,com")]
    [InlineData("12:30 :) <3 @home #1")]
    public void What_does_not_is_left_alone(string line) => Assert.False(LinkDetector.HasLink(TextFolding.Fold(line)));
}

using System.Text;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class FirstBytesTests
{
    [Fact]
    public void Stun_is_told_by_its_cookie()
    {
        byte[] message = StunMessages.Allocate();
        AssertUndecidedUpTo(message, 8);
        Assert.Equal(StreamOpening.Turn, FirstBytes.Classify(message.AsSpan(0, 8)));
        Assert.Equal(StreamOpening.Turn, FirstBytes.Classify(message));
    }

    [Theory]
    [InlineData("short")]
    [InlineData("a name that makes the message longer than two hundred and fifty-six bytes: "
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789"
        + "0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789")]
    public void Stun_behind_a_length_is_ice(string username)
    {
        byte[] message = StunMessages.Framed(StunMessages.Binding(username));
        AssertUndecidedUpTo(message, FirstBytes.Enough);
        Assert.Equal(StreamOpening.Ice, FirstBytes.Classify(message.AsSpan(0, FirstBytes.Enough)));
    }

    [Theory]
    [InlineData("GET / HTTP/1.1")]
    [InlineData("@")]
    [InlineData("\u0008")]
    [InlineData("\r\n")]
    public void Anything_else_is_something_else_at_once(string text)
    {
        Assert.Equal(StreamOpening.Other, FirstBytes.Classify(Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public void A_record_of_tls_is_told_by_its_first_byte() => Assert.Equal(StreamOpening.Tls, FirstBytes.Classify([0x16]));

    [Fact]
    public void Without_a_cookie_it_is_nothing() =>
        Assert.Equal(StreamOpening.Other, FirstBytes.Classify(new byte[FirstBytes.Enough]));

    private static void AssertUndecidedUpTo(byte[] message, int length)
    {
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(StreamOpening.Undecided, FirstBytes.Classify(message.AsSpan(0, i)));
        }
    }
}

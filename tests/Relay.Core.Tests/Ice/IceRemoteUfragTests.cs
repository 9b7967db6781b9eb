using System.Text;
using Relay.Core.Ice;
using Xunit;

namespace Relay.Core.Tests.Ice;

public class IceRemoteUfragTests
{
    [Theory]
    [InlineData(4)]
    [InlineData(32)]
    [InlineData(256)]
    public void A_ufrag_comes_back(int length)
    {
        string text = new string('a', length - 2) + "+/";
        Assert.True(IceRemoteUfrag.TryCreate(text, out IceRemoteUfrag ufrag));
        Assert.Equal(text, Encoding.ASCII.GetString(ufrag.Value));
    }

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("abcd:")]
    [InlineData("ab d")]
    [InlineData("abc\u0141")]
    [InlineData("abc\u00e9")]
    [InlineData("abc\0")]
    public void What_is_not_a_ufrag_is_refused(string text)
    {
        Assert.False(IceRemoteUfrag.TryCreate(text, out IceRemoteUfrag ufrag));
        Assert.True(ufrag.Value.IsEmpty);
    }

    [Fact]
    public void A_ufrag_over_256_chars_is_refused() => Assert.False(IceRemoteUfrag.TryCreate(new string('a', 257), out _));
}

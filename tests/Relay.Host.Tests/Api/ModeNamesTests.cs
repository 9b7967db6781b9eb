using Relay.Core.Pairing;
using Relay.Host.Api;
using Xunit;

namespace Relay.Host.Tests.Api;

public class ModeNamesTests
{
    [Theory]
    [InlineData("text", PairingMode.Text)]
    [InlineData("voice", PairingMode.Voice)]
    [InlineData("video", PairingMode.Video)]
    public void Modes_have_names(string name, PairingMode mode)
    {
        Assert.Equal(name, ModeNames.Of(mode));
        Assert.True(ModeNames.TryParse(name, out PairingMode parsed));
        Assert.Equal(mode, parsed);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("Text")]
    [InlineData("0")]
    public void Other_names_are_none(string? name) => Assert.False(ModeNames.TryParse(name, out _));

    [Fact]
    public void Sets_and_states_have_names()
    {
        Assert.Equal("text,video", string.Join(',', ModeNames.Of(ModeSet.Video | ModeSet.Text)));
        Assert.Equal("text,voice,video", string.Join(',', ModeNames.Of(ModeSet.All)));
        Assert.Equal(
            "new ready preflight queued paired closed",
            string.Join(' ', Enum.GetValues<SessionState>().Select(ModeNames.Of)));
    }
}

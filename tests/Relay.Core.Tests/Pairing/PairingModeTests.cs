using Relay.Core.Pairing;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class PairingModeTests
{
    [Theory]
    [InlineData(ModeSet.Text, PairingMode.Text, true)]
    [InlineData(ModeSet.Text, PairingMode.Voice, false)]
    [InlineData(ModeSet.Voice | ModeSet.Video, PairingMode.Video, true)]
    [InlineData(ModeSet.All, PairingMode.Voice, true)]
    [InlineData(ModeSet.None, PairingMode.Text, false)]
    public void A_set_allows_its_modes(ModeSet set, PairingMode mode, bool allows) => Assert.Equal(allows, set.Allows(mode));

    [Fact]
    public void Only_text_needs_no_leg()
    {
        Assert.False(PairingMode.Text.NeedsLeg());
        Assert.True(PairingMode.Voice.NeedsLeg());
        Assert.True(PairingMode.Video.NeedsLeg());
        Assert.Equal(PairingModes.Count, Enum.GetValues<PairingMode>().Length);
    }
}

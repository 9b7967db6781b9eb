using Relay.Core.Pairing;
using Xunit;

namespace Relay.Core.Tests.Pairing;

public class SessionTests
{
    [Theory]
    [InlineData(PairingMode.Text, Session.NoPool)]
    [InlineData(PairingMode.Voice, 3)]
    [InlineData(PairingMode.Video, 3)]
    public void Text_meets_everywhere_and_media_on_its_worker(PairingMode mode, int pool) =>
        Assert.Equal(pool, new Session(new SessionKey(0, 1), default) { Mode = mode, LegPool = 3 }.Pool);

    [Fact]
    public void A_key_without_a_generation_names_no_session()
    {
        Assert.True(default(SessionKey).IsNone);
        Assert.False(new SessionKey(0, 1).IsNone);
    }
}

using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpDirectionTests
{
    [Theory]
    [InlineData("sendrecv", "sendrecv", true, true)]
    [InlineData("sendonly", "recvonly", true, false)]
    [InlineData("recvonly", "sendonly", false, true)]
    [InlineData("inactive", "inactive", false, false)]
    public void A_direction_is_read_mirrored_and_written(string name, string mirrored, bool sends, bool receives)
    {
        Assert.True(SdpDirections.TryParse(name, out SdpDirection direction));
        Assert.Equal(name, direction.ToAttribute());
        Assert.Equal(mirrored, direction.Mirror().ToAttribute());
        Assert.Equal(direction, direction.Mirror().Mirror());
        Assert.Equal(sends, direction.Sends());
        Assert.Equal(receives, direction.Receives());
    }

    [Theory]
    [InlineData("")]
    [InlineData("SENDRECV")]
    [InlineData("rtcp-mux")]
    public void Other_names_are_no_direction(string name) => Assert.False(SdpDirections.TryParse(name, out _));
}

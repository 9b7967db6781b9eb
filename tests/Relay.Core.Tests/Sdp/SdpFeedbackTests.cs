using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpFeedbackTests
{
    [Theory]
    [InlineData("nack", SdpFeedback.Nack)]
    [InlineData("nack pli", SdpFeedback.NackPli)]
    [InlineData("ccm fir", SdpFeedback.CcmFir)]
    [InlineData("goog-remb", SdpFeedback.GoogRemb)]
    [InlineData("transport-cc", SdpFeedback.TransportCc)]
    [InlineData("nack sli", SdpFeedback.None)]
    [InlineData("ccm tmmbr", SdpFeedback.None)]
    [InlineData("", SdpFeedback.None)]
    public void Values_are_read_whole(string value, SdpFeedback expected) => Assert.Equal(expected, SdpFeedbacks.Parse(value));
}

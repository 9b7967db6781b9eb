using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpFormatParametersTests
{
    [Theory]
    [InlineData("apt=96", "apt", "96")]
    [InlineData("rtx-time=3000; APT = 96 ;x", "apt", "96")]
    [InlineData("apt=96;apt=97", "apt", "96")]
    [InlineData(";;=;apt=", "apt", "")]
    public void A_parameter_is_found_by_name_without_case(string parameters, string name, string expected)
    {
        Assert.True(SdpFormatParameters.TryGet(parameters, name, out ReadOnlySpan<char> value));
        Assert.Equal(expected, value.ToString());
    }

    [Theory]
    [InlineData("")]
    [InlineData("apt")]
    [InlineData("xapt=1;aptx=1")]
    [InlineData("111/111")]
    public void An_absent_parameter_is_not_found(string parameters) =>
        Assert.False(SdpFormatParameters.TryGet(parameters, "apt", out _));

    [Fact]
    public void Has_compares_the_whole_value()
    {
        Assert.True(SdpFormatParameters.Has("usedtx=1", "usedtx", "1"));
        Assert.False(SdpFormatParameters.Has("usedtx=10", "usedtx", "1"));
    }
}

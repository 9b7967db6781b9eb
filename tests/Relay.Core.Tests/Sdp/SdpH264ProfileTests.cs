using Relay.Core.Sdp;
using Xunit;

namespace Relay.Core.Tests.Sdp;

public class SdpH264ProfileTests
{
    [Theory]
    [InlineData("42e01f", SdpH264Profile.ConstrainedBaseline)]
    [InlineData("42E034", SdpH264Profile.ConstrainedBaseline)]
    [InlineData("42c01e", SdpH264Profile.ConstrainedBaseline)]
    [InlineData("4d801f", SdpH264Profile.ConstrainedBaseline)]
    [InlineData("58c01f", SdpH264Profile.ConstrainedBaseline)]
    [InlineData("42001f", SdpH264Profile.Baseline)]
    [InlineData("42a01f", SdpH264Profile.Baseline)]
    [InlineData("58801f", SdpH264Profile.Baseline)]
    [InlineData("4d001f", SdpH264Profile.Main)]
    [InlineData("4d4028", SdpH264Profile.Main)]
    [InlineData("640c34", SdpH264Profile.ConstrainedHigh)]
    [InlineData("640c1f", SdpH264Profile.ConstrainedHigh)]
    [InlineData("64001f", SdpH264Profile.High)]
    [InlineData("58001f", SdpH264Profile.None)]
    [InlineData("f4001f", SdpH264Profile.None)]
    [InlineData("6e001f", SdpH264Profile.None)]
    [InlineData("42e11f", SdpH264Profile.None)]
    [InlineData("42e01", SdpH264Profile.None)]
    [InlineData("42e01ff", SdpH264Profile.None)]
    [InlineData("42g01f", SdpH264Profile.None)]
    [InlineData("", SdpH264Profile.None)]
    public void Profiles_follow_table_5_whatever_the_level(string profileLevelId, SdpH264Profile expected) =>
        Assert.Equal(expected, SdpH264Profiles.Parse(profileLevelId));

    [Fact]
    public void The_default_is_baseline() =>
        Assert.Equal(SdpH264Profile.Baseline, SdpH264Profiles.Parse(SdpH264Profiles.DefaultProfileLevelId));
}

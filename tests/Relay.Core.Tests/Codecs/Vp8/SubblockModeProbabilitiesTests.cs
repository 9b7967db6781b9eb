using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class SubblockModeProbabilitiesTests
{
    [Fact]
    public void The_mode_above_comes_before_the_one_to_the_left()
    {
        AssertProbabilities([231, 120, 48, 89, 115, 113, 120, 152, 112], SubblockMode.Dc, SubblockMode.Dc);
        AssertProbabilities([152, 179, 64, 126, 170, 118, 46, 70, 95], SubblockMode.Dc, SubblockMode.TrueMotion);
        AssertProbabilities([134, 183, 89, 137, 98, 101, 106, 165, 148], SubblockMode.TrueMotion, SubblockMode.Dc);
        AssertProbabilities([112, 19, 12, 61, 195, 128, 48, 4, 24], SubblockMode.HorizontalUp, SubblockMode.HorizontalUp);
    }

    private static void AssertProbabilities(byte[] expected, SubblockMode above, SubblockMode left) =>
        Assert.Equal(expected, SubblockModeProbabilities.For(above, left));
}

using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class SubblockModeProbabilitiesTests
{
    [Fact]
    public void The_mode_above_comes_before_the_one_to_the_left()
    {
        Assert.Equal((byte[])[231, 120, 48, 89, 115, 113, 120, 152, 112], SubblockModeProbabilities.For(SubblockMode.Dc, SubblockMode.Dc));
        Assert.Equal((byte[])[152, 179, 64, 126, 170, 118, 46, 70, 95], SubblockModeProbabilities.For(SubblockMode.Dc, SubblockMode.TrueMotion));
        Assert.Equal((byte[])[134, 183, 89, 137, 98, 101, 106, 165, 148], SubblockModeProbabilities.For(SubblockMode.TrueMotion, SubblockMode.Dc));
        Assert.Equal(
            (byte[])[112, 19, 12, 61, 195, 128, 48, 4, 24],
            SubblockModeProbabilities.For(SubblockMode.HorizontalUp, SubblockMode.HorizontalUp));
    }
}

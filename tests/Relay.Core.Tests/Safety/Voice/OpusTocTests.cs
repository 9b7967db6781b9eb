using Relay.Core.Safety.Voice;
using Xunit;

namespace Relay.Core.Tests.Safety.Voice;

public sealed class OpusTocTests
{
    /// <summary>RFC 6716, table 2: milliseconds by configuration.</summary>
    [Fact]
    public void Every_configuration_has_its_frame_size()
    {
        double[] silk = [10, 20, 40, 60];
        double[] celt = [2.5, 5, 10, 20];
        double[] expected = [.. silk, .. silk, .. silk, 10, 20, 10, 20, .. celt, .. celt, .. celt, .. celt];
        Assert.Equal(32, expected.Length);
        for (int config = 0; config < 32; config++)
        {
            Assert.Equal(expected[config] * 48, OpusToc.FrameSamples((byte)(config << 3)));
        }
    }

    [Theory]
    [InlineData(new byte[] { }, 0)]
    [InlineData(new byte[] { 0x78 }, 960)]
    [InlineData(new byte[] { 0x79, 1 }, 1920)]
    [InlineData(new byte[] { 0x7A, 1 }, 1920)]
    [InlineData(new byte[] { 0x7B }, 0)]
    [InlineData(new byte[] { 0x7B, 0x03 }, 2880)]
    [InlineData(new byte[] { 0x7B, 0xC6 }, 5760)]
    [InlineData(new byte[] { 0x7B, 0x07 }, 0)]
    [InlineData(new byte[] { 0x7B, 0x00 }, 0)]
    [InlineData(new byte[] { 0x83, 0x30 }, 5760)]
    [InlineData(new byte[] { 0x83, 0x31 }, 0)]
    public void A_packet_is_as_long_as_its_frames(byte[] packet, int samples) => Assert.Equal(samples, OpusToc.Samples(packet));

    [Fact]
    public void A_silent_packet_keeps_mode_and_channels()
    {
        Assert.Equal(0x7C, OpusToc.Silent(0x7F));
        Assert.True(OpusToc.IsStereo(0x7C));
        Assert.False(OpusToc.IsStereo(0x78));
        Assert.Equal(960, OpusToc.Samples([OpusToc.Silent(0x7F)]));
    }
}

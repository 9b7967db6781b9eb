using Relay.Core.Codecs.Vp8;
using Xunit;

namespace Relay.Core.Tests.Codecs.Vp8;

public class Vp8FrameTagTests
{
    private static readonly Vp8FrameLimits Limits = new() { SideMax = 1000, AreaMax = 500_000 };

    // Shown, version 0, a first partition of 0x1234 bytes; 640x480 with scale 1 and 2.
    private static readonly byte[] Tag = Convert.FromHexString("904602" + "9D012A" + "8042" + "E081");

    [Fact]
    public void Every_field_is_read()
    {
        Assert.Equal(Vp8FrameError.None, Vp8FrameTag.TryRead(Tag, Limits, out Vp8FrameTag tag));
        Assert.Equal(new Vp8FrameTag(0x1234, 640, 480), tag);
    }

    [Theory]
    [InlineData(0, 0x91, Vp8FrameError.NotKeyframe)]
    [InlineData(0, 0x80, Vp8FrameError.NotShown)]
    [InlineData(0, 0x96, Vp8FrameError.None)]
    [InlineData(0, 0x98, Vp8FrameError.UnknownVersion)]
    [InlineData(3, 0x9C, Vp8FrameError.BadStartCode)]
    [InlineData(5, 0x2B, Vp8FrameError.BadStartCode)]
    public void What_cannot_be_decoded_is_named(int offset, byte value, Vp8FrameError expected)
    {
        byte[] changed = (byte[])Tag.Clone();
        changed[offset] = value;
        Assert.Equal(expected, Vp8FrameTag.TryRead(changed, Limits, out _));
    }

    [Theory]
    [InlineData(0, 480, Vp8FrameError.NoPicture)]
    [InlineData(640, 0, Vp8FrameError.NoPicture)]
    [InlineData(1, 1, Vp8FrameError.None)]
    [InlineData(1000, 500, Vp8FrameError.None)]
    [InlineData(1000, 501, Vp8FrameError.TooLarge)]
    [InlineData(1001, 1, Vp8FrameError.TooLarge)]
    [InlineData(1, 1001, Vp8FrameError.TooLarge)]
    [InlineData(16383, 16383, Vp8FrameError.TooLarge)]
    public void Pictures_have_a_size_within_the_limits(int width, int height, Vp8FrameError expected)
    {
        byte[] changed = (byte[])Tag.Clone();
        BitConverter.TryWriteBytes(changed.AsSpan(6), (ushort)width);
        BitConverter.TryWriteBytes(changed.AsSpan(8), (ushort)height);
        Assert.Equal(expected, Vp8FrameTag.TryRead(changed, Limits, out Vp8FrameTag tag));
        Assert.Equal(expected == Vp8FrameError.None ? (width, height) : (0, 0), (tag.Width, tag.Height));
    }

    [Fact]
    public void A_tag_has_ten_bytes()
    {
        for (int length = 0; length < Vp8FrameTag.Length; length++)
        {
            Assert.Equal(Vp8FrameError.Truncated, Vp8FrameTag.TryRead(Tag.AsSpan(0, length), Limits, out _));
        }

        // An inter frame's is shorter.
        Assert.Equal(Vp8FrameError.NotKeyframe, Vp8FrameTag.TryRead([0x31, 0, 0], Limits, out _));
    }
}

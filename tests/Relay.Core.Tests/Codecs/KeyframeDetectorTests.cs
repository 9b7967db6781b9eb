using Relay.Core.Codecs;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs;

public class KeyframeDetectorTests
{
    [Theory]
    [InlineData(CodecKind.Opus, "78", true)]
    [InlineData(CodecKind.Opus, "", true)]
    [InlineData(CodecKind.Vp8, "1010", true)]
    [InlineData(CodecKind.Vp8, "1011", false)]
    [InlineData(CodecKind.Vp8, "", false)]
    [InlineData(CodecKind.H264, "6742", true)]
    [InlineData(CodecKind.H264, "6588", true)]
    [InlineData(CodecKind.H264, "4188", false)]
    [InlineData(CodecKind.H264, "", false)]
    [InlineData(CodecKind.None, "1010", false)]
    public void Keyframes_start_by_codec(CodecKind codec, string hex, bool expected) =>
        Assert.Equal(expected, KeyframeDetector.IsKeyframeStart(codec, Convert.FromHexString(hex)));

    [Theory]
    [InlineData(CodecKind.Vp8)]
    [InlineData(CodecKind.H264)]
    public void Detecting_allocates_nothing(CodecKind codec)
    {
        byte[] payload = [0x67, 0x42, 0x10, 0x00];
        Assert.Equal(0, WireFuzz.AllocatedBytes(() => KeyframeDetector.IsKeyframeStart(codec, payload)));
    }
}

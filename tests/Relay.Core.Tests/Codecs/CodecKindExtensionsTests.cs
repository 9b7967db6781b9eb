using Relay.Core.Codecs;
using Xunit;

namespace Relay.Core.Tests.Codecs;

public class CodecKindExtensionsTests
{
    [Theory]
    [InlineData(CodecKind.None, 0u, MediaKind.Video)]
    [InlineData(CodecKind.Opus, 48_000u, MediaKind.Audio)]
    [InlineData(CodecKind.Vp8, 90_000u, MediaKind.Video)]
    [InlineData(CodecKind.H264, 90_000u, MediaKind.Video)]
    public void Clock_rate_and_media_kind_follow_the_codec(CodecKind codec, uint clockRateHz, MediaKind kind)
    {
        Assert.Equal(clockRateHz, codec.GetClockRateHz());
        Assert.Equal(kind, codec.GetMediaKind());
    }
}

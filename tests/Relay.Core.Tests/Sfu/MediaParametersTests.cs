using Relay.Core.Codecs;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class MediaParametersTests
{
    private static readonly CodecParameters Vp8 = new() { Codec = CodecKind.Vp8, PayloadType = 96, RtxPayloadType = 97, HasRtx = true };
    private static readonly CodecParameters H264 = new() { Codec = CodecKind.H264, PayloadType = 102 };

    [Fact]
    public void Codecs_are_found_by_kind_and_by_either_payload_type()
    {
        MediaParameters media = Create();
        Assert.True(media.TryGetCodec(CodecKind.H264, out CodecParameters codec));
        Assert.Equal(H264, codec);
        Assert.False(media.TryGetCodec(CodecKind.Opus, out _));
        Assert.True(media.TryGetCodec(97, out codec, out bool isRtx));
        Assert.True(isRtx);
        Assert.Equal(Vp8, codec);
        Assert.True(media.TryGetCodec(96, out _, out isRtx));
        Assert.False(isRtx);
    }

    [Fact]
    public void The_rtx_type_of_a_codec_without_rtx_is_no_payload_type()
    {
        MediaParameters media = Create();
        // H264's RtxPayloadType is the default 0 and means nothing.
        Assert.False(media.TryGetCodec(0, out _, out bool isRtx));
        Assert.False(isRtx);
    }

    [Fact]
    public void What_exceeds_the_maximum_is_left_out()
    {
        var media = new MediaParameters();
        for (byte i = 0; i < MediaParameters.CodecsMax + 2; i++)
        {
            media.Add(new CodecParameters { Codec = CodecKind.Vp8, PayloadType = i });
        }

        Assert.Equal(MediaParameters.CodecsMax, media.CodecList.Length);
        Assert.False(media.TryGetCodec(MediaParameters.CodecsMax, out _, out _));
    }

    [Fact]
    public void The_default_is_a_section_that_is_not_there()
    {
        var media = default(MediaParameters);
        Assert.False(media.CanConsume || media.CanProduce);
        Assert.True(media.CodecList.IsEmpty);
        Assert.False(media.TryGetCodec(CodecKind.None, out _));
    }

    private static MediaParameters Create()
    {
        var media = new MediaParameters();
        media.Add(Vp8);
        media.Add(H264);
        return media;
    }
}

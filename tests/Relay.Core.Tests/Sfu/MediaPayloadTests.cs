using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class MediaPayloadTests
{
    private static readonly byte[] Sps = [0x67, 1, 2];
    private static readonly byte[] Pps = [0x68, 1];
    private static readonly byte[] Idr = [0x65, 0x88];
    private static readonly byte[] IdrAndSps = [24, 0, 3, 0x67, 1, 2, 0, 2, 0x65, 0x88];

    [Fact]
    public void Padding_alone_is_nothing()
    {
        var packet = new MediaPacket { Codec = CodecKind.Vp8 };
        Assert.Equal(DropReason.None, MediaPayload.TryRead([], default, ref packet));
        Assert.False(packet.StartsKeyframe);
    }

    [Fact]
    public void A_vp8_descriptor_says_where_a_keyframe_starts()
    {
        var packet = new MediaPacket { Codec = CodecKind.Vp8 };
        Assert.Equal(DropReason.None, MediaPayload.TryRead([0x10, 0, 0], default, ref packet));
        Assert.True(packet.StartsKeyframe);
        packet = new MediaPacket { Codec = CodecKind.Vp8 };
        Assert.Equal(DropReason.PayloadTruncated, MediaPayload.TryRead([0x90], default, ref packet));
    }

    [Fact]
    public void Parameter_sets_start_a_keyframe_and_a_slice_alone_may()
    {
        Assert.Equal((true, false), ReadH264(Sps));
        Assert.Equal((false, false), ReadH264(Pps));
        Assert.Equal((false, true), ReadH264(Idr));
        Assert.Equal((true, false), ReadH264(IdrAndSps));
        Assert.Equal((false, false), ReadH264([0x41, 0x9a]));
        Assert.Equal((false, false), ReadH264([24, 0]));
    }

    [Fact]
    public void Audio_can_start_anywhere()
    {
        var packet = new MediaPacket { Codec = CodecKind.Opus };
        Assert.Equal(DropReason.None, MediaPayload.TryRead([1], default, ref packet));
        Assert.True(packet.StartsKeyframe);
    }

    private static (bool Starts, bool IsBareIdr) ReadH264(byte[] payload)
    {
        var packet = new MediaPacket { Codec = CodecKind.H264 };
        Assert.Equal(DropReason.None, MediaPayload.TryRead(payload, default, ref packet));
        return (packet.StartsKeyframe, packet.IsBareIdr);
    }
}

using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Tests.Rtp;
using Xunit;

namespace Relay.Core.Tests.Codecs;

public class Vp8PayloadDescriptorTests
{
    // What Chrome sends: X S, I L T K, 15-bit picture id 0x1234, TL0PICIDX 0x56, TID 2, Y, KEYIDX 9; then a keyframe of 640x480.
    private static readonly byte[] Keyframe = Convert.FromHexString("90F0923456A9" + "1002009D012A8002E001" + "AABB");

    [Fact]
    public void Every_field_is_read()
    {
        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(Keyframe, out Vp8PayloadDescriptor descriptor));
        Assert.True(descriptor.IsExtended);
        Assert.False(descriptor.IsNonReference);
        Assert.True(descriptor.IsStartOfPartition);
        Assert.Equal(0, descriptor.PartitionIndex);
        Assert.True(descriptor.HasPictureId);
        Assert.True(descriptor.HasLongPictureId);
        Assert.Equal(0x1234, descriptor.PictureId);
        Assert.True(descriptor.HasTl0PicIdx);
        Assert.Equal(0x56, descriptor.Tl0PicIdx);
        Assert.True(descriptor.HasTid);
        Assert.Equal(2, descriptor.Tid);
        Assert.True(descriptor.LayerSync);
        Assert.True(descriptor.HasKeyIdx);
        Assert.Equal(9, descriptor.KeyIdx);
        Assert.Equal(6, descriptor.Length);
        Assert.True(descriptor.IsStartOfFrame);
        Assert.True(descriptor.IsKeyframe);
    }

    [Theory]
    // First byte alone, N and a partition index.
    [InlineData("2501", 1, false, 0, false, false)]
    // X with nothing in it.
    [InlineData("800001", 2, false, 0, false, false)]
    // 7-bit picture id.
    [InlineData("80807F01", 3, true, 0x7F, false, false)]
    // 15-bit picture id that would fit into 7.
    [InlineData("8080800101", 4, true, 1, false, false)]
    // L alone, T alone, K alone.
    [InlineData("80405501", 3, false, 0, true, false)]
    [InlineData("80208001", 3, false, 0, false, true)]
    [InlineData("80100501", 3, false, 0, false, false)]
    public void Every_shape_has_its_length(string hex, int length, bool hasPictureId, int pictureId, bool hasTl0, bool hasTid)
    {
        Assert.Equal(
            DropReason.None,
            Vp8PayloadDescriptor.TryParse(Convert.FromHexString(hex), out Vp8PayloadDescriptor descriptor));
        Assert.Equal(length, descriptor.Length);
        Assert.Equal(hasPictureId, descriptor.HasPictureId);
        Assert.Equal(pictureId, descriptor.PictureId);
        Assert.Equal(hasTl0, descriptor.HasTl0PicIdx);
        Assert.Equal(hasTid, descriptor.HasTid);
    }

    [Fact]
    public void Fields_that_are_not_there_are_zero()
    {
        // T without K: the low five bits mean nothing. K without T: neither do the high three.
        Vp8PayloadDescriptor.TryParse([0x80, 0x20, 0xFF, 1], out Vp8PayloadDescriptor layered);
        Assert.Equal((3, true, 0), (layered.Tid, layered.LayerSync, layered.KeyIdx));
        Vp8PayloadDescriptor.TryParse([0x80, 0x10, 0xFF, 1], out Vp8PayloadDescriptor keyed);
        Assert.Equal((0, false, 31), (keyed.Tid, keyed.LayerSync, keyed.KeyIdx));
    }

    [Theory]
    [InlineData("1000", true, true)]
    [InlineData("1001", true, false)]
    // Not the start of a partition; another partition.
    [InlineData("0000", false, false)]
    [InlineData("1100", false, false)]
    public void A_keyframe_starts_at_partition_zero_with_P_zero(string hex, bool isStart, bool isKeyframe)
    {
        Vp8PayloadDescriptor.TryParse(Convert.FromHexString(hex), out Vp8PayloadDescriptor descriptor);
        Assert.Equal(isStart, descriptor.IsStartOfFrame);
        Assert.Equal(isKeyframe, descriptor.IsKeyframe);
    }

    [Fact]
    public void A_descriptor_without_data_is_truncated()
    {
        for (int length = 0; length <= 6; length++)
        {
            DropReason reason = Vp8PayloadDescriptor.TryParse(Keyframe.AsSpan(0, length), out _);
            Assert.Equal(DropReason.PayloadTruncated, reason);
        }

        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(Keyframe.AsSpan(0, 7), out _));
    }

    [Fact]
    public void The_size_of_a_keyframe_is_read()
    {
        Assert.True(Vp8PayloadDescriptor.TryReadKeyframeSize(Keyframe, out int width, out int height));
        Assert.Equal((640, 480), (width, height));

        // The two scale bits are not part of the size.
        byte[] scaled = (byte[])Keyframe.Clone();
        scaled[13] |= 0xC0;
        scaled[15] |= 0x40;
        Assert.True(Vp8PayloadDescriptor.TryReadKeyframeSize(scaled, out width, out height));
        Assert.Equal((640, 480), (width, height));
    }

    [Fact]
    public void There_is_no_size_without_a_whole_keyframe_header()
    {
        for (int length = 0; length < 16; length++)
        {
            Assert.False(Vp8PayloadDescriptor.TryReadKeyframeSize(Keyframe.AsSpan(0, length), out _, out _));
        }

        Assert.True(Vp8PayloadDescriptor.TryReadKeyframeSize(Keyframe.AsSpan(0, 16), out _, out _));
        byte[] interFrame = (byte[])Keyframe.Clone();
        interFrame[6] |= 1;
        Assert.False(Vp8PayloadDescriptor.TryReadKeyframeSize(interFrame, out _, out _));
        byte[] badStartCode = (byte[])Keyframe.Clone();
        badStartCode[10] = 0x02;
        Assert.False(Vp8PayloadDescriptor.TryReadKeyframeSize(badStartCode, out _, out _));
    }

    [Theory]
    [InlineData("90F0923456A9", "90F0FABC77BF")]
    [InlineData("90E0123456", "90E03C77" + "40")]
    [InlineData("25", "25")]
    [InlineData("A800", "A000")]
    [InlineData("809003FF", "80903C1F")]
    public void Other_numbers_are_written_in_the_same_shape(string hex, string expected)
    {
        byte[] payload = Convert.FromHexString(hex + "01");
        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor));
        byte[] written = new byte[descriptor.Length];

        // 0x7ABC cut to 7 bits is 0x3C; 0xFF cut to 5 bits is 0x1F.
        Assert.Equal(descriptor.Length, descriptor.Write(written, 0x7ABC, 0x77, 0xFF));
        Assert.Equal(expected, Convert.ToHexString(written));
    }

    [Fact]
    public void A_picture_id_beyond_15_bits_does_not_touch_its_neighbours()
    {
        Vp8PayloadDescriptor.TryParse(Keyframe, out Vp8PayloadDescriptor descriptor);
        byte[] payload = (byte[])Keyframe.Clone();
        descriptor.Write(payload, 0xFFFF, 1, 2);
        Assert.Equal("90F0FFFF01A2", Convert.ToHexString(payload, 0, 6));
        Assert.Equal(Keyframe.AsSpan(6), payload.AsSpan(6));
    }

    [Fact]
    public void Damaged_payloads_never_throw() => WireFuzz.Mutate(
        seed: 7741,
        rounds: 150_000,
        ReadAll,
        Keyframe,
        Convert.FromHexString("80807F01"),
        Convert.FromHexString("1001"));

    [Fact]
    public void Reading_and_writing_allocate_nothing() => Assert.Equal(0, WireFuzz.AllocatedBytes(() => ReadAll(Keyframe)));

    private static bool ReadAll(ReadOnlySpan<byte> payload)
    {
        Vp8PayloadDescriptor.TryReadKeyframeSize(payload, out _, out _);
        if (Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor) != DropReason.None)
        {
            return false;
        }

        // Writing the own numbers back gives a payload that reads the same.
        Span<byte> copy = stackalloc byte[payload.Length];
        payload.CopyTo(copy);
        int length = descriptor.Write(copy, descriptor.PictureId, descriptor.Tl0PicIdx, descriptor.KeyIdx);
        Assert.True(length is >= 1 and <= Vp8PayloadDescriptor.LengthMax && length == descriptor.Length);
        Vp8PayloadDescriptor.TryParse(copy, out Vp8PayloadDescriptor again);
        return again.PictureId == descriptor.PictureId
            && again.Tl0PicIdx == descriptor.Tl0PicIdx
            && again.Tid == descriptor.Tid
            && again.KeyIdx == descriptor.KeyIdx
            && again.Length == length
            && again.IsKeyframe == descriptor.IsKeyframe
            ? true
            : throw new InvalidOperationException("The descriptor changed.");
    }
}

using Relay.Core.Codecs;
using Relay.Core.Diagnostics;
using Relay.Core.Sfu;
using Xunit;

namespace Relay.Core.Tests.Sfu;

public sealed class Vp8RewriterTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Numbers_go_on_by_one_across_sources_and_wraps(bool isLong)
    {
        var rewriter = default(Vp8Rewriter);
        int mask = isLong ? 0x7fff : 0x7f;
        int pictureId = 0;
        int tl0 = 0;
        int key = 0;
        var random = new Random(1);
        for (int source = 0; source < 20; source++)
        {
            int firstId = random.Next(mask + 1);
            int firstTl0 = random.Next(256);
            int firstKey = random.Next(32);
            rewriter.Begin(Descriptor(isLong, firstId, firstTl0, firstKey));
            for (int frame = 0; frame < 300; frame++)
            {
                Vp8PayloadDescriptor written = Rewrite(
                    ref rewriter, Descriptor(isLong, (firstId + frame) & mask, (byte)(firstTl0 + frame), (firstKey + frame) & 31));
                Assert.Equal(++pictureId & mask, written.PictureId);
                Assert.Equal((byte)++tl0, written.Tl0PicIdx);
                Assert.Equal(++key & 31, written.KeyIdx);
                Assert.Equal(isLong, written.HasLongPictureId);
            }
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_late_packet_keeps_its_picture_and_does_not_set_the_next_source_back(bool isLong)
    {
        var rewriter = default(Vp8Rewriter);
        rewriter.Begin(Descriptor(isLong, 100, 10, 1));
        Rewrite(ref rewriter, Descriptor(isLong, 100, 10, 1));
        Vp8PayloadDescriptor newest = Rewrite(ref rewriter, Descriptor(isLong, 105, 15, 1));
        Vp8PayloadDescriptor late = Rewrite(ref rewriter, Descriptor(isLong, 102, 12, 1));
        Assert.Equal(newest.PictureId - 3, late.PictureId);
        Assert.Equal(newest.Tl0PicIdx - 3, late.Tl0PicIdx);
        rewriter.Begin(Descriptor(isLong, 7, 7, 7));
        Vp8PayloadDescriptor next = Rewrite(ref rewriter, Descriptor(isLong, 7, 7, 7));
        Assert.Equal(newest.PictureId + 1, next.PictureId);
        Assert.Equal(newest.Tl0PicIdx + 1, next.Tl0PicIdx);
        Assert.Equal(newest.KeyIdx + 1, next.KeyIdx);
    }

    [Fact]
    public void All_packets_of_a_frame_get_the_same_numbers()
    {
        var rewriter = default(Vp8Rewriter);
        rewriter.Begin(Descriptor(true, 0x7fff, 255, 31));
        Vp8PayloadDescriptor first = Rewrite(ref rewriter, Descriptor(true, 0x7fff, 255, 31));
        Vp8PayloadDescriptor second = Rewrite(ref rewriter, Descriptor(true, 0x7fff, 255, 31));
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_descriptor_without_numbers_stays_as_it_is()
    {
        var rewriter = default(Vp8Rewriter);
        byte[] payload = [0x10, 0x00, 1, 2, 3];
        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor));
        rewriter.Begin(descriptor);
        byte[] written = new byte[Vp8PayloadDescriptor.LengthMax];
        Assert.Equal(1, rewriter.Rewrite(descriptor, written));
        Assert.Equal(0x10, written[0]);
    }

    private static Vp8PayloadDescriptor Descriptor(bool isLong, int pictureId, int tl0, int key)
    {
        byte[] id = isLong ? [(byte)(0x80 | (pictureId >> 8)), (byte)pictureId] : [(byte)pictureId];
        byte[] payload = [0x90, 0xf0, .. id, (byte)tl0, (byte)(0x40 | key), 0];
        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor descriptor));
        return descriptor;
    }

    private static Vp8PayloadDescriptor Rewrite(ref Vp8Rewriter rewriter, in Vp8PayloadDescriptor descriptor)
    {
        byte[] payload = new byte[Vp8PayloadDescriptor.LengthMax + 1];
        Assert.Equal(descriptor.Length, rewriter.Rewrite(descriptor, payload));
        Assert.Equal(DropReason.None, Vp8PayloadDescriptor.TryParse(payload, out Vp8PayloadDescriptor written));
        Assert.Equal(descriptor.Length, written.Length);
        Assert.Equal(descriptor.Tid, written.Tid);
        return written;
    }
}

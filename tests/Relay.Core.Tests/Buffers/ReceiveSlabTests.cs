using Relay.Core.Buffers;
using Xunit;

namespace Relay.Core.Tests.Buffers;

public class ReceiveSlabTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(64, 1920)]
    [InlineData(64, 65_536)]
    [InlineData(1024, 100)]
    public void Buffers_are_whole_and_apart(int buffers, int bufferBytes)
    {
        var slab = new ReceiveSlab(buffers, bufferBytes);
        Assert.Equal((buffers, bufferBytes), (slab.BufferCount, slab.BufferBytes));
        for (int i = 0; i < buffers; i++)
        {
            Assert.Equal(bufferBytes, slab.Buffer(i).Length);
            slab.Buffer(i).Fill((byte)i);
        }

        for (int i = 0; i < buffers; i++)
        {
            Assert.False(slab.Buffer(i).ContainsAnyExcept((byte)i));
        }
    }

    [Fact]
    public void A_datagram_is_the_piece_that_it_names()
    {
        var slab = new ReceiveSlab(4, 256);
        for (int i = 0; i < 256; i++)
        {
            slab.Buffer(2)[i] = (byte)i;
        }

        Span<byte> datagram = slab.Span(new Received { Offset = slab.OffsetOf(2) + 100, Length = 50 });
        Assert.Equal(50, datagram.Length);
        Assert.Equal((100, 149), (datagram[0], datagram[49]));
        Assert.Throws<ArgumentOutOfRangeException>(() => slab.Span(new Received { Offset = int.MaxValue, Length = 1 }).Length);
    }

    [Fact]
    public unsafe void Pointers_show_the_same_bytes_and_stay()
    {
        var slab = new ReceiveSlab(8, 2048);
        byte* pointer = slab.Pointer(7);
        slab.Buffer(7)[5] = 42;
        GC.Collect();
        Assert.Equal(42, pointer[5]);
        Assert.True(pointer == slab.Pointer(7));
    }

    /// <summary>Sixty-four lines of 64 bytes make the sets of a 4 KB way: equal packets must not all begin in the same ones.</summary>
    [Theory]
    [InlineData(2048)]
    [InlineData(65_536)]
    public void Buffers_begin_in_different_sets_of_the_cache(int bufferBytes)
    {
        var slab = new ReceiveSlab(64, bufferBytes);
        Assert.True(Enumerable.Range(0, 64).Select(i => slab.OffsetOf(i) / 64 % 64).Distinct().Count() >= 32);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1025, 1)]
    [InlineData(1, 0)]
    [InlineData(1, 65_537)]
    public void A_size_out_of_range_is_refused(int buffers, int bufferBytes) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ReceiveSlab(buffers, bufferBytes));
}

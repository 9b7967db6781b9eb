using Relay.Core.Diagnostics;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class ChannelDataTests
{
    [Theory]
    [InlineData(false, "4001000568656C6C6F")]
    [InlineData(true, "4001000568656C6C6F000000")]
    public void A_message_is_written_and_comes_back(bool padded, string expected)
    {
        byte[] buffer = new byte[16];
        buffer.AsSpan().Fill(0xFF);

        Assert.True(ChannelData.TryWrite(buffer, 0x4001, "hello"u8, padded, out int written));

        Assert.Equal(expected, Convert.ToHexString(buffer.AsSpan(0, written)));
        Assert.Equal(0xFF, buffer[written]);
        Assert.Equal(DropReason.None, ChannelData.TryParse(buffer.AsSpan(0, written), out ChannelData message));
        Assert.Equal(0x4001, message.Channel);
        Assert.True(message.Data.SequenceEqual("hello"u8));
    }

    [Fact]
    public void A_message_may_be_empty()
    {
        Assert.Equal(DropReason.None, ChannelData.TryParse([0x7F, 0xFF, 0, 0], out ChannelData message));
        Assert.Equal(0x7FFF, message.Channel);
        Assert.True(message.Data.IsEmpty);
        Assert.True(ChannelData.TryWrite(new byte[4], 0x4000, default, padded: true, out int written));
        Assert.Equal(4, written);
    }

    [Fact]
    public void The_first_byte_tells_channel_data_from_everything_else()
    {
        for (int first = 0; first < 256; first++)
        {
            byte[] message = [(byte)first, 0, 0, 0];
            bool expected = first is >= 64 and <= 127;
            Assert.Equal(expected, ChannelData.LooksLikeChannelData(message));
            Assert.Equal(expected ? DropReason.None : DropReason.ChannelDataMalformed, ChannelData.TryParse(message, out _));
        }

        Assert.False(ChannelData.LooksLikeChannelData(default));
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] message = [0x40, 0, 0, 5, 1, 2, 3, 4, 5];
        for (int length = 0; length < message.Length; length++)
        {
            Assert.Equal(DropReason.ChannelDataTruncated, ChannelData.TryParse(message.AsSpan(0, length), out _));
        }
    }

    [Theory]
    [InlineData(0, DropReason.None)]
    [InlineData(3, DropReason.None)]
    [InlineData(4, DropReason.ChannelDataMalformed)]
    public void Padding_is_no_data_and_has_at_most_three_bytes(int trailing, DropReason expected)
    {
        Assert.Equal(expected, ChannelData.TryParse([0x40, 0, 0, 1, 9, .. new byte[trailing]], out ChannelData message));
        Assert.Equal(expected == DropReason.None ? 1 : 0, expected == DropReason.None ? message.Data.Length : 0);
    }

    [Fact]
    public void A_short_buffer_is_told_and_left_alone()
    {
        for (int size = 0; size < 12; size++)
        {
            byte[] buffer = new byte[size];
            Assert.False(ChannelData.TryWrite(buffer, 0x4000, "hello"u8, padded: true, out int written));
            Assert.Equal(0, written);
            Assert.Equal(new byte[size], buffer);
        }

        Assert.False(ChannelData.TryWrite(new byte[70_000], 0x4000, new byte[65_536], padded: false, out _));
    }

    [Theory]
    [InlineData(0x3FFF, 0)]
    [InlineData(0x8000, 0)]
    [InlineData(0x4000, -1)]
    [InlineData(0x4000, 65_536)]
    public void A_header_out_of_range_is_our_bug(ushort channel, int bytes) =>
        Assert.Throws<InvalidOperationException>(() => ChannelData.WriteHeader(new byte[4], channel, bytes));

    [Fact]
    public void Random_bytes_never_throw_and_never_reach_beyond_the_message()
    {
        var random = new Random(8656);
        int parsed = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] message = new byte[random.Next(0, 24)];
            random.NextBytes(message);
            if (message.Length > 3)
            {
                message[2] = 0;
                message[3] &= 31;
            }

            if (ChannelData.TryParse(message, out ChannelData parsedMessage) == DropReason.None)
            {
                parsed++;
                Assert.InRange(parsedMessage.Data.Length, message.Length - 7, message.Length - 4);
            }
        }

        Assert.InRange(parsed, 1000, 50_000);
    }

    [Fact]
    public void Reading_and_writing_allocates_nothing()
    {
        byte[] buffer = new byte[1300];
        Work(buffer, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int bytes = Work(buffer, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(1000 * 1201, bytes);
    }

    private static int Work(byte[] buffer, int rounds)
    {
        int bytes = 0;
        Span<byte> data = stackalloc byte[1201];
        for (int i = 0; i < rounds; i++)
        {
            ChannelData.TryWrite(buffer, 0x4ABC, data, padded: true, out int written);
            ChannelData.TryParse(buffer.AsSpan(0, written), out ChannelData message);
            bytes += message.Data.Length;
        }

        return bytes;
    }
}

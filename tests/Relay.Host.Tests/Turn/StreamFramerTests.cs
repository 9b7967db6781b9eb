using System.Buffers;
using Relay.Core.Turn;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamFramerTests
{
    /// <summary>Segment sizes: whole, and cut in every way that may matter.</summary>
    public static TheoryData<int> Segments => [1, 2, 3, 5, 7, 64, 4096];

    [Theory]
    [MemberData(nameof(Segments))]
    public void Stun_and_channel_data_come_out_without_padding(int segment)
    {
        byte[] stun = StunMessages.Allocate("alice");
        byte[] channelData = [0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0];
        ReadOnlySequence<byte> buffer = Cut([.. stun, .. channelData, .. stun, 0x40], segment);
        Assert.Equal(stun, Next(StreamKind.Turn, ref buffer));
        Assert.Equal(channelData[..9], Next(StreamKind.Turn, ref buffer));
        Assert.Equal(stun, Next(StreamKind.Turn, ref buffer));
        Assert.Equal(StreamFrameStatus.Incomplete, StreamFramer.Next(StreamKind.Turn, ref buffer, out _));
        Assert.Equal(1, buffer.Length);
    }

    [Theory]
    [MemberData(nameof(Segments))]
    public void Packets_of_ice_come_out_without_length(int segment)
    {
        byte[] longest = [.. Enumerable.Range(0, StreamInbox.MessageMaxBytes).Select(i => (byte)i)];
        ReadOnlySequence<byte> buffer = Cut([0, 3, 1, 2, 3, 0, 0, .. StunMessages.Framed(longest), 0], segment);
        Assert.Equal([1, 2, 3], Next(StreamKind.Ice, ref buffer));
        Assert.Empty(Next(StreamKind.Ice, ref buffer));
        Assert.Equal(longest, Next(StreamKind.Ice, ref buffer));
        Assert.Equal(StreamFrameStatus.Incomplete, StreamFramer.Next(StreamKind.Ice, ref buffer, out _));
        Assert.Equal(1, buffer.Length);
    }

    [Theory]
    [MemberData(nameof(Segments))]
    public void The_longest_message_fits_and_a_longer_one_is_broken_before_it_is_there(int segment)
    {
        int length = StreamInbox.MessageMaxBytes - 4;
        ReadOnlySequence<byte> fits = Cut([0x40, 1, (byte)(length >> 8), (byte)length, .. new byte[length]], segment);
        Assert.Equal(StreamInbox.MessageMaxBytes, Next(StreamKind.Turn, ref fits).Length);
        length++;
        ReadOnlySequence<byte> tooLong = Cut([0x40, 1, (byte)(length >> 8), (byte)length], segment);
        Assert.Equal(StreamFrameStatus.Broken, StreamFramer.Next(StreamKind.Turn, ref tooLong, out _));
        length = StreamInbox.MessageMaxBytes + 1;
        ReadOnlySequence<byte> iceTooLong = Cut([(byte)(length >> 8), (byte)length], segment);
        Assert.Equal(StreamFrameStatus.Broken, StreamFramer.Next(StreamKind.Ice, ref iceTooLong, out _));
    }

    [Fact]
    public void What_is_neither_stun_nor_channel_data_is_broken()
    {
        ReadOnlySequence<byte> buffer = Cut("GET / HTTP/1.1\r\n"u8.ToArray(), 4096);
        StreamFrameStatus status = StreamFramer.Next(StreamKind.Turn, ref buffer, out ReadOnlySequence<byte> message);
        Assert.Equal(StreamFrameStatus.Broken, status);
        Assert.True(message.IsEmpty);
    }

    private static byte[] Next(StreamKind kind, ref ReadOnlySequence<byte> buffer)
    {
        Assert.Equal(StreamFrameStatus.Complete, StreamFramer.Next(kind, ref buffer, out ReadOnlySequence<byte> message));
        return message.ToArray();
    }

    private static ReadOnlySequence<byte> Cut(byte[] bytes, int segment)
    {
        var first = new Part(bytes.AsMemory(0, Math.Min(segment, bytes.Length)), null);
        Part last = first;
        for (int at = segment; at < bytes.Length; at += segment)
        {
            last = new Part(bytes.AsMemory(at, Math.Min(segment, bytes.Length - at)), last);
        }

        return new ReadOnlySequence<byte>(first, 0, last, last.Memory.Length);
    }

    private sealed class Part : ReadOnlySequenceSegment<byte>
    {
        public Part(ReadOnlyMemory<byte> memory, Part? before)
        {
            Memory = memory;
            if (before is not null)
            {
                RunningIndex = before.RunningIndex + before.Memory.Length;
                before.Next = this;
            }
        }
    }
}

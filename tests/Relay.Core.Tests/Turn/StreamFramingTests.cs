using System.Buffers.Binary;
using Relay.Core.Tests.Stun;
using Relay.Core.Turn;
using Xunit;

namespace Relay.Core.Tests.Turn;

public class StreamFramingTests
{
    private const int MaxBytes = 2048;

    [Fact]
    public void Messages_are_found_however_the_stream_is_cut()
    {
        byte[] data = new byte[20];
        Assert.True(ChannelData.TryWrite(data, 0x4001, "hello"u8, padded: true, out int dataBytes));
        byte[] stream = [.. Rfc5769Vectors.Request, .. data.AsSpan(0, dataBytes), .. Rfc5769Vectors.LongTermRequest];
        (int Length, int Consumed)[] expected = [(108, 108), (9, 12), (116, 116)];
        for (int chunk = 1; chunk <= stream.Length; chunk++)
        {
            int start = 0;
            int found = 0;
            for (int end = chunk; start < stream.Length; end = Math.Min(stream.Length, end + chunk))
            {
                StreamFrame frame = StreamFraming.NextTurn(stream.AsSpan(start, end - start), MaxBytes);
                while (frame.Status == StreamFrameStatus.Complete)
                {
                    Assert.Equal(expected[found++], (frame.Length, frame.Consumed));
                    Assert.Equal(0, frame.Offset);
                    start += frame.Consumed;
                    frame = StreamFraming.NextTurn(stream.AsSpan(start, end - start), MaxBytes);
                }

                Assert.Equal(StreamFrame.Incomplete, frame);
            }

            Assert.Equal(expected.Length, found);
        }
    }

    [Fact]
    public void What_is_no_message_is_broken_at_once()
    {
        for (int first = 0; first < 256; first++)
        {
            StreamFrameStatus expected = first >= 128 ? StreamFrameStatus.Broken : StreamFrameStatus.Incomplete;
            Assert.Equal(expected, StreamFraming.NextTurn([(byte)first], MaxBytes).Status);
        }

        Assert.Equal(StreamFrame.Incomplete, StreamFraming.NextTurn(default, MaxBytes));
        Assert.Equal(StreamFrame.Broken, StreamFraming.NextTurn([0, 1, 0, 2], MaxBytes));
        Assert.Equal(StreamFrame.Incomplete, StreamFraming.NextTurn([0, 1, 0, 8, 0x21, 0x12, 0xA4], MaxBytes));
        Assert.Equal(StreamFrame.Broken, StreamFraming.NextTurn([0, 1, 0, 8, 0x21, 0x12, 0xA4, 0x43], MaxBytes));
        Assert.Equal(StreamFrame.Broken, StreamFraming.NextTurn("\0\u0001\0\u0008GET / HTTP"u8, MaxBytes));
    }

    [Theory]
    [InlineData(0x00, 80, true)]
    [InlineData(0x00, 84, false)]
    [InlineData(0x40, 96, true)]
    [InlineData(0x40, 95, true)]
    [InlineData(0x40, 97, false)]
    [InlineData(0x40, 65_535, false)]
    public void A_message_over_the_limit_is_broken_before_it_is_read(byte first, int length, bool expected)
    {
        byte[] stream = [first, 0, 0, 0];
        BinaryPrimitives.WriteUInt16BigEndian(stream.AsSpan(2), (ushort)length);
        StreamFrameStatus status = expected ? StreamFrameStatus.Incomplete : StreamFrameStatus.Broken;
        Assert.Equal(status, StreamFraming.NextTurn(stream, 100).Status);
    }

    [Fact]
    public void Length_prefixed_packets_are_found_and_may_be_empty()
    {
        byte[] stream = [0, 3, 1, 2, 3, 0, 0, 0, 1, 9];
        for (int length = 0; length < 5; length++)
        {
            Assert.Equal(StreamFrame.Incomplete, StreamFraming.NextLengthPrefixed(stream.AsSpan(0, length), 3));
        }

        Assert.Equal(new StreamFrame(StreamFrameStatus.Complete, 2, 3, 5), StreamFraming.NextLengthPrefixed(stream, 3));
        Assert.Equal(
            new StreamFrame(StreamFrameStatus.Complete, 2, 0, 2), StreamFraming.NextLengthPrefixed(stream.AsSpan(5), 3));
        Assert.Equal(
            new StreamFrame(StreamFrameStatus.Complete, 2, 1, 3), StreamFraming.NextLengthPrefixed(stream.AsSpan(7), 3));
        Assert.Equal(StreamFrame.Broken, StreamFraming.NextLengthPrefixed(stream.AsSpan(0, 2), 2));
    }

    [Fact]
    public void A_length_prefix_is_big_endian_and_bounded()
    {
        byte[] prefix = new byte[2];
        StreamFraming.WriteLengthPrefix(prefix, 0x1234);
        Assert.Equal([0x12, 0x34], prefix);
        Assert.Throws<InvalidOperationException>(() => StreamFraming.WriteLengthPrefix(prefix, 65_536));
    }

    [Fact]
    public void Random_bytes_never_throw_and_frames_stay_inside()
    {
        var random = new Random(6544);
        int complete = 0;
        for (int round = 0; round < 100_000; round++)
        {
            byte[] stream = new byte[random.Next(0, 40)];
            random.NextBytes(stream);
            if (stream.Length > 3)
            {
                stream[2] = 0;
                stream[3] &= 31;
            }

            complete += CheckInside(StreamFraming.NextTurn(stream, 30), stream.Length, 30);
            complete += CheckInside(StreamFraming.NextLengthPrefixed(stream, 30), stream.Length, 32);
        }

        Assert.InRange(complete, 1000, 199_000);
    }

    [Fact]
    public void Looking_for_messages_allocates_nothing()
    {
        Look(Rfc5769Vectors.Request, 100);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int consumed = Look(Rfc5769Vectors.Request, 1000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(108_000, consumed);
    }

    private static int Look(byte[] stream, int rounds)
    {
        int consumed = 0;
        for (int i = 0; i < rounds; i++)
        {
            consumed += StreamFraming.NextTurn(stream, MaxBytes).Consumed;
        }

        return consumed;
    }

    private static int CheckInside(StreamFrame frame, int available, int maxBytes)
    {
        if (frame.Status != StreamFrameStatus.Complete)
        {
            Assert.Equal(0, frame.Consumed);
            return 0;
        }

        Assert.InRange(frame.Consumed, 1, Math.Min(available, maxBytes));
        Assert.InRange(frame.Offset + frame.Length, 0, frame.Consumed);
        return 1;
    }
}

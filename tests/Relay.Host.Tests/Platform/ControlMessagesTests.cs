using System.Runtime.InteropServices;
using Relay.Host.Platform;
using Xunit;

namespace Relay.Host.Tests.Platform;

public class ControlMessagesTests
{
    [Fact]
    public void A_segment_size_is_written_as_the_kernel_reads_it()
    {
        byte[] control = new byte[ControlMessages.SendBytes];
        ControlMessages.WriteSegmentBytes(control, 0x1234);
        Assert.Equal(18, MemoryMarshal.Read<long>(control));
        Assert.Equal((17, 103), (MemoryMarshal.Read<int>(control.AsSpan(8)), MemoryMarshal.Read<int>(control.AsSpan(12))));
        Assert.Equal((ushort)0x1234, MemoryMarshal.Read<ushort>(control.AsSpan(16)));
        Assert.Equal(24, control.Length);
    }

    [Fact]
    public void Nothing_came_with_a_single_datagram()
    {
        ControlMessages.Read([], out int segmentBytes, out long arrival);
        Assert.Equal((0, 0L), (segmentBytes, arrival));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Size_and_time_are_read_in_any_order_and_others_are_passed_over(bool sizeFirst)
    {
        byte[] size = Message(17, 104, Bytes(1200));
        byte[] time = Message(1, 35, [.. Bytes(5L), .. Bytes(7L)]);
        byte[] other = Message(0, 8, Bytes(99));
        ControlMessages.Read(sizeFirst ? [.. size, .. other, .. time] : [.. time, .. other, .. size], out int segmentBytes, out long arrival);
        Assert.Equal((1200, 5_000_000_007), (segmentBytes, arrival));
    }

    [Theory]
    [InlineData(15)]
    [InlineData(1000)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_length_that_cannot_be_ends_the_reading(long length)
    {
        byte[] wrong = Message(17, 104, Bytes(1200));
        MemoryMarshal.Write(wrong, length);
        ControlMessages.Read([.. wrong, .. Message(17, 104, Bytes(3))], out int segmentBytes, out _);
        Assert.Equal(0, segmentBytes);
    }

    [Fact]
    public void What_is_cut_off_is_not_read()
    {
        byte[] whole = [.. Message(17, 104, Bytes(1200)), .. Message(1, 35, [.. Bytes(5L), .. Bytes(7L)])];
        for (int i = 0; i < whole.Length; i++)
        {
            ControlMessages.Read(whole.AsSpan(0, i), out int segmentBytes, out long arrival);
            Assert.Equal(0, arrival);
            Assert.True(segmentBytes is 0 or 1200);
        }
    }

    [Theory]
    [InlineData(true, 0, 11)]
    [InlineData(false, 41, 25)]
    public void An_error_is_found_among_others(bool isIPv4, int level, int type)
    {
        byte[] control = [.. Message(1, 35, [.. Bytes(5L), .. Bytes(7L)]), .. Message(level, type, Bytes(1234))];
        Assert.True(ControlMessages.TryFindError(control, isIPv4, out ReadOnlySpan<byte> error));
        Assert.Equal(1234, MemoryMarshal.Read<int>(error));
        Assert.False(ControlMessages.TryFindError(control, !isIPv4, out error));
        Assert.True(error.IsEmpty);
        Assert.False(ControlMessages.TryFindError([], isIPv4, out _));
    }

    private static byte[] Message(int level, int type, byte[] data) =>
        [.. Bytes(16L + data.Length), .. Bytes(level), .. Bytes(type), .. data, .. new byte[((data.Length + 7) & ~7) - data.Length]];

    private static byte[] Bytes<T>(T value)
        where T : struct
    {
        byte[] bytes = new byte[Marshal.SizeOf<T>()];
        MemoryMarshal.Write(bytes, value);
        return bytes;
    }
}

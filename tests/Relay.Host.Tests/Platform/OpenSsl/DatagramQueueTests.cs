using Relay.Host.Platform.OpenSsl;
using Xunit;

namespace Relay.Host.Tests.Platform.OpenSsl;

public class DatagramQueueTests
{
    [Fact]
    public void Datagrams_come_out_in_order_with_their_numbers()
    {
        using DatagramQueue queue = new(4_000);
        Assert.True(queue.TryEnqueue(1, Bytes(700, 1)));
        Assert.True(queue.TryEnqueue(1, Bytes(700, 2)));
        Assert.True(queue.TryEnqueue(2, Bytes(30, 3)));

        AssertNext(queue, 1, Bytes(700, 1));
        AssertNext(queue, 1, Bytes(700, 2));
        AssertNext(queue, 2, Bytes(30, 3));
        Assert.True(queue.IsEmpty);
        Assert.False(queue.TryPeek(out _, out _));
    }

    [Fact]
    public void Small_datagrams_of_one_number_are_joined_up_to_the_largest_size()
    {
        using DatagramQueue queue = new(4_000);
        Assert.True(queue.TryEnqueue(1, Bytes(600, 1)));
        Assert.True(queue.TryEnqueue(1, Bytes(600, 2)));
        Assert.True(queue.TryEnqueue(1, Bytes(1, 3)));
        Assert.True(queue.TryEnqueue(2, Bytes(1, 4)));

        AssertNext(queue, 1, [.. Bytes(600, 1), .. Bytes(600, 2)]);
        AssertNext(queue, 1, Bytes(1, 3));
        AssertNext(queue, 2, Bytes(1, 4));
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_leaves_the_rest_alone()
    {
        using DatagramQueue queue = new(1_500);
        Assert.False(queue.TryEnqueue(0, Bytes(1_201, 1)));
        Assert.True(queue.IsEmpty);
        Assert.True(queue.TryEnqueue(0, Bytes(1_200, 2)));
        Assert.False(queue.TryEnqueue(0, Bytes(300, 3)));
        Assert.True(queue.TryEnqueue(0, Bytes(294, 4)));

        AssertNext(queue, 0, Bytes(1_200, 2));
        AssertNext(queue, 0, Bytes(294, 4));
    }

    [Fact]
    public void An_emptied_queue_starts_over()
    {
        using DatagramQueue queue = new(1_300);
        for (byte i = 0; i < 10; i++)
        {
            Assert.True(queue.TryEnqueue(i, Bytes(1_200, i)));
            AssertNext(queue, i, Bytes(1_200, i));
        }

        Assert.True(queue.TryEnqueue(1, Bytes(10, 1)));
        queue.Clear();
        Assert.True(queue.IsEmpty);
        Assert.True(queue.TryEnqueue(1, Bytes(20, 2)));
        AssertNext(queue, 1, Bytes(20, 2));
    }

    private static byte[] Bytes(int count, byte value)
    {
        byte[] bytes = new byte[count];
        bytes.AsSpan().Fill(value);
        return bytes;
    }

    private static void AssertNext(DatagramQueue queue, byte number, byte[] expected)
    {
        Assert.True(queue.TryPeek(out byte actual, out ReadOnlySpan<byte> datagram));
        Assert.Equal(number, actual);
        Assert.Equal(expected, datagram.ToArray());
        queue.Dequeue();
    }
}

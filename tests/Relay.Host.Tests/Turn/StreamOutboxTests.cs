using System.Buffers.Binary;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class StreamOutboxTests
{
    [Fact]
    public void Bytes_come_out_in_order_with_prefix_and_zeros()
    {
        var outbox = new StreamOutbox(new OutboxPool(1, 4096));
        Assert.True(outbox.TryAppend([1, 2], [3, 4, 5], 3));
        Assert.True(outbox.TryAppend([], [6], 0));
        byte[] read = new byte[16];
        Assert.Equal(9, outbox.Read(read));
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0, 6], read.AsSpan(0, 9).ToArray());
        Assert.True(outbox.IsEmpty);
    }

    [Fact]
    public void What_does_not_fit_whole_is_refused_whole()
    {
        var outbox = new StreamOutbox(new OutboxPool(1, 4096));
        Assert.False(outbox.TryAppend([], new byte[4097], 0));
        Assert.True(outbox.TryAppend([], new byte[4000], 0));
        Assert.False(outbox.TryAppend([1, 2], new byte[94], 1));
        Assert.True(outbox.TryAppend([1, 2], new byte[94], 0));
        Assert.Equal(4096, outbox.Read(new byte[8192]));
    }

    [Fact]
    public void Memory_is_held_only_while_something_waits()
    {
        var pool = new OutboxPool(1, 4096);
        var first = new StreamOutbox(pool);
        var second = new StreamOutbox(pool);
        Assert.Equal(0, pool.Made);
        Assert.True(first.TryAppend([], [1], 0));
        Assert.False(second.TryAppend([], [2], 0));
        Assert.Equal(1, first.Read(new byte[10]));
        Assert.True(second.TryAppend([], [2], 0));
        Assert.False(first.TryAppend([], [1], 0));
        second.Clear();
        Assert.True(first.TryAppend([], [1], 0));
        Assert.Equal(1, pool.Made);
    }

    [Fact]
    public void A_reader_with_little_room_takes_what_fits()
    {
        var outbox = new StreamOutbox(new OutboxPool(1, 4096));
        Assert.True(outbox.TryAppend([], [1, 2, 3], 0));
        Assert.Equal(2, outbox.Read(new byte[2]));
        Assert.Equal(1, outbox.Read(new byte[1]));
        Assert.Equal(0, outbox.Read(new byte[1]));
        Assert.True(outbox.IsEmpty);
    }

    [Fact]
    public void A_worker_and_many_readers_lose_and_mix_nothing_while_rings_change_hands()
    {
        const int Streams = 6;
        const int PerStream = 60_000;
        // Fewer rings than streams: they go from one to another all the time.
        var pool = new OutboxPool(4, 4096);
        StreamOutbox[] outboxes = [.. Enumerable.Range(0, Streams).Select(_ => new StreamOutbox(pool))];
        string?[] problems = new string?[Streams];
        Thread[] readers =
        [
            .. Enumerable.Range(0, Streams).Select(i => new Thread(() => problems[i] = ReadAll(outboxes[i], i, PerStream))),
        ];
        foreach (Thread reader in readers)
        {
            reader.Start();
        }

        int[] next = new int[Streams];
        byte[] message = new byte[64];
        while (next.Any(n => n < PerStream))
        {
            bool any = false;
            for (int i = 0; i < Streams; i++)
            {
                int length = 8 + (next[i] % 50);
                if (next[i] < PerStream && outboxes[i].TryAppend(Header(length), Fill(message.AsSpan(0, length), i, next[i]), 0))
                {
                    next[i]++;
                    any = true;
                }
            }

            if (!any)
            {
                Thread.Yield();
            }
        }

        foreach (Thread reader in readers)
        {
            reader.Join();
        }

        Assert.All(problems, Assert.Null);
        Assert.All(outboxes, outbox => Assert.True(outbox.IsEmpty));
        Assert.InRange(pool.Made, 1, 4);
        for (int i = 0; i < pool.Made; i++)
        {
            Assert.True(pool.TryRent(out _));
        }
    }

    private static byte[] Header(int length) => [(byte)length];

    private static Span<byte> Fill(Span<byte> message, int stream, int number)
    {
        message.Fill((byte)(number + stream));
        BinaryPrimitives.WriteInt32BigEndian(message, stream);
        BinaryPrimitives.WriteInt32BigEndian(message[4..], number);
        return message;
    }

    private static string? ReadAll(StreamOutbox outbox, int stream, int count)
    {
        byte[] bytes = new byte[256];
        byte[] expected = new byte[64];
        for (int number = 0; number < count; number++)
        {
            ReadExactly(outbox, bytes.AsSpan(0, 1));
            int length = 8 + (number % 50);
            if (bytes[0] != length)
            {
                return $"stream {stream}, message {number}: length {bytes[0]}";
            }

            ReadExactly(outbox, bytes.AsSpan(0, length));
            if (!bytes.AsSpan(0, length).SequenceEqual(Fill(expected.AsSpan(0, length), stream, number)))
            {
                return $"stream {stream}, message {number}: other bytes";
            }
        }

        // Gives the ring back.
        return outbox.Read(bytes) == 0 ? null : $"stream {stream}: more than was sent";
    }

    private static void ReadExactly(StreamOutbox outbox, Span<byte> destination)
    {
        while (destination.Length > 0)
        {
            int read = outbox.Read(destination);
            destination = destination[read..];
            if (read == 0)
            {
                Thread.Yield();
            }
        }
    }
}

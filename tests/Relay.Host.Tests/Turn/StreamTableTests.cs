using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using Relay.Core.Primitives;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

[Collection(nameof(AloneInTheProcess))]
public sealed class StreamTableTests
{
    private static readonly IPEndPoint Client = new(IPAddress.Parse("192.0.2.7"), 4711);

    [Fact]
    public async Task A_message_reaches_the_worker_with_its_stream_and_its_clients_address()
    {
        var woken = new ManualResetEventSlim();
        var table = new StreamTable(new StreamTableOptions(), woken.Set);
        StreamLink link = table.TryOpen(StreamKind.Ice, Client)!;
        Assert.True(await link.WriteAsync(Bytes(1, 2, 3)));
        Assert.True(woken.IsSet);
        Receive(table, link);
        Assert.Equal(1, table.MessagesReceived);
    }

    [Fact]
    public async Task The_worker_is_woken_once_for_what_it_has_not_looked_at()
    {
        int wakes = 0;
        var table = new StreamTable(new StreamTableOptions(), () => wakes++);
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        await link.WriteAsync(Bytes(1));
        await link.WriteAsync(Bytes(2));
        Assert.Equal(1, wakes);
        while (table.TryReceive(out _))
        {
        }

        await link.WriteAsync(Bytes(3));
        Assert.Equal(2, wakes);
    }

    [Fact]
    public void What_is_sent_is_framed_as_the_kind_of_stream_wants()
    {
        var table = new StreamTable(new StreamTableOptions(), () => { });
        StreamLink turn = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink ice = table.TryOpen(StreamKind.Ice, Client)!;
        Assert.True(table.TrySend(turn.Address, [1, 2, 3, 4, 5]));
        Assert.True(table.TrySend(ice.Address, [1, 2, 3, 4, 5]));
        Assert.Equal([1, 2, 3, 4, 5, 0, 0, 0], ReadAll(turn));
        Assert.Equal([0, 5, 1, 2, 3, 4, 5], ReadAll(ice));
        Assert.Equal(2, table.MessagesSent);
    }

    [Fact]
    public void A_full_worker_refuses_and_takes_another_once_one_has_ended()
    {
        var table = new StreamTable(new StreamTableOptions { StreamsMax = 2 }, () => { });
        StreamLink first = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.NotNull(table.TryOpen(StreamKind.Turn, Client));
        Assert.Null(table.TryOpen(StreamKind.Turn, Client));
        first.End();
        // The slot is free only once the worker knows.
        Assert.Null(table.TryOpen(StreamKind.Turn, Client));
        Assert.True(table.TryReceive(out StreamMessage message));
        Assert.Equal(StreamMessageKind.Closed, message.Kind);
        Assert.Equal(first.Address, message.Stream);
        Assert.Equal(1, table.OpenCount);
        StreamLink next = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.NotEqual(first.Address, next.Address);
        Assert.Equal(VirtualAddress.SlotOf(first.Address), VirtualAddress.SlotOf(next.Address));
        Assert.False(table.TrySend(first.Address, [1]));
        Assert.True(table.TrySend(next.Address, [1]));
        Assert.Equal(1, table.MessagesLost);
    }

    [Fact]
    public async Task The_end_comes_once_and_after_everything_else()
    {
        var table = new StreamTable(new StreamTableOptions { InFlightMax = 8, InboxMax = 8 }, () => { });
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        for (byte i = 0; i < 8; i++)
        {
            Assert.True(Write(link, Bytes(i)).IsCompletedSuccessfully);
        }

        link.End();
        link.End();
        for (byte i = 0; i < 8; i++)
        {
            Assert.True(table.TryReceive(out StreamMessage message));
            Assert.Equal([i], message.Data.ToArray());
        }

        Assert.True(table.TryReceive(out StreamMessage last));
        Assert.Equal(StreamMessageKind.Closed, last.Kind);
        Assert.True(last.Data.IsEmpty);
        Assert.False(table.TryReceive(out _));
        Assert.False(await Write(link, Bytes(1)));
    }

    [Fact]
    public async Task What_the_worker_closes_is_written_out_and_takes_nothing_more()
    {
        var table = new StreamTable(new StreamTableOptions(), () => { });
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        await link.WriteAsync(Bytes(1));
        Assert.True(table.TrySend(link.Address, [9, 9, 9, 9]));
        table.Close(link.Address);
        Assert.False(table.TrySend(link.Address, [8, 8, 8, 8]));
        Assert.True(link.IsCloseAsked);
        Assert.Equal([9, 9, 9, 9], ReadAll(link));
        Assert.False(await link.WriteAsync(Bytes(2)));
        Assert.False(table.TryReceive(out _));
        link.End();
        Assert.True(table.TryReceive(out StreamMessage message));
        Assert.Equal(StreamMessageKind.Closed, message.Kind);
    }

    [Fact]
    public void A_stream_that_has_stopped_takes_nothing_more_and_is_emptied()
    {
        var table = new StreamTable(new StreamTableOptions(), () => { });
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.True(table.TrySend(link.Address, [9, 9, 9, 9]));
        link.Stop();
        Assert.False(table.TrySend(link.Address, [8, 8, 8, 8]));
        Assert.Equal(1, table.MessagesLost);
        Assert.Equal([9, 9, 9, 9], ReadAll(link));
        Assert.False(link.HasOutput);
    }

    [Fact]
    public async Task A_noisy_stream_waits_and_leaves_the_others_their_share()
    {
        var table = new StreamTable(new StreamTableOptions { InboxMax = 64, InFlightMax = 4 }, () => { });
        StreamLink noisy = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink quiet = table.TryOpen(StreamKind.Turn, Client)!;
        for (int i = 0; i < 4; i++)
        {
            Assert.True(Write(noisy, Bytes(1)).IsCompletedSuccessfully);
        }

        Task<bool> waiting = Write(noisy, Bytes(1));
        Assert.False(waiting.IsCompleted);
        Assert.True(Write(quiet, Bytes(2)).IsCompletedSuccessfully);
        while (table.TryReceive(out _))
        {
        }

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Room_for_a_message_is_not_offered_to_a_stream_that_has_ended()
    {
        var table = new StreamTable(new StreamTableOptions { InboxMax = 1 }, () => { });
        StreamLink busy = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink gone = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink patient = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.True(Write(busy, Bytes(1)).IsCompletedSuccessfully);
        Task<bool> lost = Write(gone, Bytes(2));
        Task<bool> waiting = Write(patient, Bytes(3));
        gone.End();
        Assert.False(await lost.WaitAsync(TimeSpan.FromSeconds(30)));
        while (table.TryReceive(out _))
        {
        }

        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Room_that_a_stream_was_offered_and_did_not_take_is_offered_to_the_next_when_it_ends()
    {
        var table = new StreamTable(new StreamTableOptions { InboxMax = 1 }, () => { });
        StreamLink busy = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink gone = table.TryOpen(StreamKind.Turn, Client)!;
        StreamLink patient = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.True(Write(busy, Bytes(1)).IsCompletedSuccessfully);
        // It looks for room, and will not look again.
        Assert.False(table.TryWrite(gone, Bytes(2)));
        Task<bool> waiting = Write(patient, Bytes(3));
        Assert.True(table.TryReceive(out _));
        Assert.False(table.TryReceive(out _));
        Assert.False(waiting.IsCompleted);
        gone.End();
        Assert.True(table.TryReceive(out StreamMessage message));
        Assert.Equal(StreamMessageKind.Closed, message.Kind);
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task Stopping_ends_a_wait()
    {
        var table = new StreamTable(new StreamTableOptions { InFlightMax = 1 }, () => { });
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.True(Write(link, Bytes(1)).IsCompletedSuccessfully);
        Task<bool> waiting = Write(link, Bytes(1));
        Task output = link.WaitForOutputAsync().AsTask();
        link.Stop();
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(30)));
        await output.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public void Foreign_addresses_lead_nowhere()
    {
        var table = new StreamTable(new StreamTableOptions { StreamsMax = 2 }, () => { });
        StreamLink link = table.TryOpen(StreamKind.Turn, Client)!;
        Assert.False(table.TrySend(TransportAddress.FromEndPoint(Client), [1]));
        Assert.False(table.TrySend(VirtualAddress.Of(VirtualAddressKind.TurnPeer, 0, 1), [1]));
        Assert.False(table.TrySend(VirtualAddress.Of(VirtualAddressKind.Stream, 0, 9), [1]));
        Assert.False(table.TrySend(VirtualAddress.Of(VirtualAddressKind.Stream, -5, 1), [1]));
        table.Close(VirtualAddress.Of(VirtualAddressKind.Stream, 77, 1));
        Assert.False(link.IsCloseAsked);
    }

    /// <summary>Streams that open, talk and end on several threads, fewer buffers than they want, one worker.</summary>
    [Fact]
    public async Task Many_streams_and_one_worker_lose_and_mix_nothing()
    {
        const int Writers = 8;
        const int Lives = 40;
        const int Messages = 200;
        using var wake = new AutoResetEvent(false);
        var table = new StreamTable(
            new StreamTableOptions { StreamsMax = Writers, InboxMax = 6, InFlightMax = 4, OutboxesMax = 3, OutboxBytes = 4096 },
            () => wake.Set());
        var worker = new EchoingWorker(table, wake, Writers * Lives);
        var thread = new Thread(worker.Run);
        thread.Start();
        string?[] problems = await Task.WhenAll(
            Enumerable.Range(0, Writers).Select(_ => Task.Run(() => Live(table, Lives, Messages))));
        thread.Join();
        Assert.All(problems, Assert.Null);
        Assert.Null(worker.Problem);
        Assert.Equal(Writers * Lives * Messages, table.MessagesReceived);
        Assert.Equal(Writers * Lives * Messages, table.MessagesSent);
        Assert.Equal(0, table.OpenCount);
        Assert.InRange(table.BufferBytes, 1, (6 * StreamInbox.MessageMaxBytes) + (3 * 4096));
    }

    [Fact]
    public void The_worker_allocates_nothing_per_message()
    {
        const int Rounds = 2000;
        var table = new StreamTable(new StreamTableOptions(), () => { });
        StreamLink[] links = [.. Enumerable.Range(0, 8).Select(_ => table.TryOpen(StreamKind.Ice, Client)!)];
        // Each stream's writer, in the thread pool as in life.
        foreach (StreamLink link in links)
        {
            _ = Task.Run(async () =>
            {
                byte[] bytes = new byte[4096];
                while (!link.IsCloseAsked)
                {
                    while (link.Read(bytes) > 0)
                    {
                    }

                    await link.WaitForOutputAsync();
                }
            });
        }

        byte[] data = new byte[1200];
        long allocated = Enumerable.Range(0, 6).Min(_ => Measure());
        foreach (StreamLink link in links)
        {
            table.Close(link.Address);
        }

        Assert.Equal(0, allocated);
        Assert.True(table.MessagesReceived >= 6 * Rounds);

        long Measure()
        {
            long before = 0;
            long total = 0;
            for (int round = 0; round < Rounds; round++)
            {
                // The streams' side may allocate; it runs on this thread here only because it is shorter to write.
                foreach (StreamLink link in links)
                {
                    Assert.True(Write(link, new ReadOnlySequence<byte>(data)).IsCompletedSuccessfully);
                }

                before = GC.GetAllocatedBytesForCurrentThread();
                while (table.TryReceive(out StreamMessage message))
                {
                    table.TrySend(message.Stream, message.Data);
                }

                total += GC.GetAllocatedBytesForCurrentThread() - before;
            }

            return total;
        }
    }

    private static async Task<string?> Live(StreamTable table, int lives, int messages)
    {
        for (int life = 0; life < lives; life++)
        {
            StreamLink? link;
            while ((link = table.TryOpen(StreamKind.Ice, Client)) is null)
            {
                await Task.Yield();
            }

            Task<string?> reading = Task.Run(() => ReadEchoes(link, messages));
            for (int number = 0; number < messages; number++)
            {
                byte[] message = new byte[8 + (number % 300)];
                BinaryPrimitives.WriteInt32BigEndian(message, VirtualAddress.SlotOf(link.Address));
                BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(4), number);
                if (!await link.WriteAsync(new ReadOnlySequence<byte>(message)))
                {
                    return "a write failed";
                }
            }

            if (await reading is { } problem)
            {
                return problem;
            }

            link.End();
        }

        return null;
    }

    private static async Task<string?> ReadEchoes(StreamLink link, int messages)
    {
        byte[] bytes = new byte[1 << 16];
        int held = 0;
        int next = 0;
        while (next < messages)
        {
            int read = link.Read(bytes.AsSpan(held));
            if (read == 0)
            {
                await link.WaitForOutputAsync();
                continue;
            }

            held += read;
            int used = 0;
            while (held - used >= 2
                && BinaryPrimitives.ReadUInt16BigEndian(bytes.AsSpan(used)) is var length
                && held - used >= 2 + length)
            {
                int number = BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(used + 6));
                if (number != next || length != 8 + (number % 300)
                    || BinaryPrimitives.ReadInt32BigEndian(bytes.AsSpan(used + 2)) != VirtualAddress.SlotOf(link.Address))
                {
                    return $"message {next} came as {number} with {length} bytes";
                }

                next++;
                used += 2 + length;
            }

            bytes.AsSpan(used, held - used).CopyTo(bytes);
            held -= used;
        }

        return null;
    }

    private static Task<bool> Write(StreamLink link, ReadOnlySequence<byte> message) => link.WriteAsync(message).AsTask();

    private static ReadOnlySequence<byte> Bytes(params byte[] bytes) => new(bytes);

    private static void Receive(StreamTable table, StreamLink link)
    {
        Assert.True(table.TryReceive(out StreamMessage message));
        Assert.Equal(StreamMessageKind.Data, message.Kind);
        Assert.Equal(link.Kind, message.StreamKind);
        Assert.Equal(link.Address, message.Stream);
        Assert.Equal(TransportAddress.FromEndPoint(Client), message.Remote);
        Assert.Equal([1, 2, 3], message.Data.ToArray());
        Assert.False(table.TryReceive(out _));
    }

    private static byte[] ReadAll(StreamLink link)
    {
        byte[] bytes = new byte[4096];
        return bytes[..link.Read(bytes)];
    }

    /// <summary>Sends everything back, and tries again while an outbox is full.</summary>
    private sealed class EchoingWorker(StreamTable table, AutoResetEvent wake, int lives)
    {
        public string? Problem { get; private set; }

        public void Run()
        {
            int ended = 0;
            while (ended < lives)
            {
                while (table.TryReceive(out StreamMessage message))
                {
                    if (message.Kind == StreamMessageKind.Closed)
                    {
                        ended++;
                        continue;
                    }

                    if (BinaryPrimitives.ReadInt32BigEndian(message.Data) != VirtualAddress.SlotOf(message.Stream))
                    {
                        Problem = "a message came from another stream";
                    }

                    while (!table.TrySend(message.Stream, message.Data))
                    {
                        Thread.Yield();
                    }
                }

                if (ended < lives && !wake.WaitOne(TimeSpan.FromSeconds(30)))
                {
                    Problem = "nothing came for half a minute";
                    return;
                }
            }
        }
    }
}

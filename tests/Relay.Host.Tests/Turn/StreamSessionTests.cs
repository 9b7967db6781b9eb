using System.IO.Pipelines;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Relay.Core.Ice;
using Relay.Core.Primitives;
using Relay.Host.Platform;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>A stream's messages between client and workers, over real connections.</summary>
public sealed class StreamSessionTests
{
    [Fact]
    public async Task Messages_are_found_however_they_are_cut()
    {
        byte[] channelData = [0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0];
        byte[] all = [.. StunMessages.Binding(), .. channelData, .. StunMessages.Binding("alice"), .. channelData];
        await using GateHost host = await GateHost.StartAsync();
        foreach (int part in (int[])[1, 3, 7, 1000])
        {
            using GateClient client = await host.ConnectAsync();
            foreach (byte[] bytes in all.Chunk(part))
            {
                await client.SendAsync(bytes);
            }

            Assert.Equal(all, await client.ReadAsync(all.Length));
        }

        Assert.Equal(16, host.Workers[0].Table.MessagesReceived);
    }

    [Fact]
    public async Task Packets_of_ice_go_to_the_worker_that_the_ufrag_names()
    {
        await using GateHost host = await GateHost.StartAsync(workers: 3);
        using GateClient client = await host.ConnectAsync();
        await client.EchoAsync(StunMessages.Framed(StunMessages.Binding(IceUsername(worker: 2))));
        (StreamMessageKind kind, TransportAddress stream, TransportAddress remote) = await host.Workers[2].NextAsync();
        Assert.Equal(StreamMessageKind.Data, kind);
        Assert.Equal(VirtualAddressKind.Stream, VirtualAddress.KindOf(stream));
        Assert.Equal(TransportAddress.FromEndPoint(client.Local), remote);
        // What follows is not STUN, may be empty, and is not looked at.
        await client.SendAsync(0, 0);
        await client.EchoAsync(StunMessages.Framed([0x80, 1, 2, 3, 4, 5, 6]));
        await client.EchoAsync(StunMessages.Framed(new byte[StreamInbox.MessageMaxBytes]));
        client.Dispose();
        while ((await host.Workers[2].NextAsync()).Kind != StreamMessageKind.Closed)
        {
        }

        Assert.Equal(3, host.Workers[2].Table.MessagesReceived);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(-1)]
    public async Task A_check_for_no_worker_of_ours_closes(int worker)
    {
        await using GateHost host = await GateHost.StartAsync(workers: 3);
        using GateClient client = await host.ConnectAsync();
        await client.SendAsync(StunMessages.Framed(StunMessages.Binding(worker < 0 ? "short:abcd" : IceUsername(worker))));
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Malformed);
    }

    [Fact]
    public async Task A_turn_stream_moves_to_the_worker_that_its_user_name_names()
    {
        await using GateHost host = await GateHost.StartAsync(workers: 4);
        var clients = new List<GateClient>();
        for (int worker = 0; worker < 4; worker++)
        {
            // Whoever answers the first, nameless, message: it is another one each time.
            GateClient client = await host.ConnectAsync();
            clients.Add(client);
            await client.EchoAsync(StunMessages.Binding());
            await client.EchoAsync(StunMessages.Binding("1800000000:2-abc"));
            // Decided once and for all.
            await client.EchoAsync(StunMessages.Binding("1800000000:1-abc"));
        }

        int open = 0;
        for (int i = 0; host.Workers.Sum(worker => worker.Table.OpenCount) > 4 && i < 6000; i++)
        {
            await Task.Delay(10);
        }

        foreach (EchoWorker worker in host.Workers)
        {
            open += worker.Table.OpenCount;
        }

        Assert.Equal(4, open);
        Assert.Equal(4, host.Workers[2].Table.OpenCount);
        Assert.Equal(9, host.Workers[2].Table.MessagesReceived);
        Assert.All((int[])[0, 1, 3], worker => Assert.Equal(1, host.Workers[worker].Table.MessagesReceived));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task A_user_without_a_worker_stays_where_it_is()
    {
        await using GateHost host = await GateHost.StartAsync(workers: 2);
        using GateClient client = await host.ConnectAsync();
        await client.EchoAsync(StunMessages.Binding());
        await client.EchoAsync(StunMessages.Binding("alice"));
        await client.EchoAsync(StunMessages.Binding("1800000000:0-abc"));
        await client.EchoAsync(StunMessages.Binding("1800000000:1-abc"));
        Assert.Equal([0L, 4L], host.Workers.Select(worker => worker.Table.MessagesReceived).Order());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_the_worker_closes_is_written_out_first(bool isTls)
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
        await client.EchoAsync(StunMessages.Binding());
        TransportAddress stream = (await host.Workers[0].NextAsync()).Stream;
        byte[] last = [0x40, 1, 3, 0xE4, .. Enumerable.Range(0, 996).Select(i => (byte)i)];
        await host.Workers[0].DoAsync(table =>
        {
            for (int i = 0; i < 50; i++)
            {
                Assert.True(table.TrySend(stream, last));
            }

            table.Close(stream);
            return true;
        });
        for (int i = 0; i < 50; i++)
        {
            Assert.Equal(last, await client.ReadAsync(last.Length));
        }

        Assert.True(await client.IsClosedAsync());
        Assert.Equal(StreamMessageKind.Closed, (await host.Workers[0].NextAsync()).Kind);
        await host.EndsAsync(StreamOutcome.Done);
        Assert.Equal(0, host.Gate.OpenCount);
    }

    /// <summary>As over TLS, where a write to a connection that is gone does not fail.</summary>
    [Fact]
    public async Task A_stream_whose_client_has_gone_ends_though_the_worker_sends_on()
    {
        const int WritesMax = 100;
        var table = new StreamTable(new StreamTableOptions(), () => { });
        var input = new Pipe(new PipeOptions(readerScheduler: PipeScheduler.Inline, useSynchronizationContext: false));
        int writes = 0;
        TransportAddress stream = default;
        // The client goes with the first write, and for every message that is written the worker sends one more.
        var output = new WatchedStream(() =>
        {
            input.Writer.Complete();
            if (++writes < WritesMax)
            {
                table.TrySend(stream, new byte[1200]);
            }
        });
        var session = new StreamSession(
            StreamKind.Turn,
            new Both(input.Reader, PipeWriter.Create(output)),
            new IPEndPoint(IPAddress.Loopback, 1),
            new StreamDestinations([table]),
            new StreamWatch(() => { }),
            new StreamGateOptions());
        await input.Writer.WriteAsync(StunMessages.Binding());
        Task<StreamOutcome> running = session.RunAsync(CancellationToken.None);
        stream = Take(table);
        Assert.True(table.TrySend(stream, new byte[1200]));
        Assert.Equal(StreamOutcome.Done, await running.WaitAsync(GateHost.Long));
        Assert.InRange(writes, 1, WritesMax - 1);
    }

    [Fact]
    public async Task Each_message_has_a_tls_record_of_its_own()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = await host.ConnectTlsAsync();
        await client.EchoAsync(StunMessages.Binding());
        TransportAddress stream = (await host.Workers[0].NextAsync()).Stream;
        byte[][] messages = [[0x40, 1, 0, 5, 1, 2, 3, 4, 5], StunMessages.Allocate("alice"), [0x40, 1, 0, 0]];
        await host.Workers[0].DoAsync(table => messages.All(message => table.TrySend(stream, message)));
        // What is on the wire, under TLS: records of type 23, each with its message, one byte and a tag of 16 (RFC 8446).
        using var wire = new NetworkStream(client.Socket, ownsSocket: false);
        foreach (byte[] message in messages)
        {
            byte[] record = new byte[5];
            await wire.ReadExactlyAsync(record).AsTask().WaitAsync(GateHost.Long);
            Assert.Equal(23, record[0]);
            int length = (record[3] << 8) | record[4];
            Assert.Equal(((message.Length + 3) & ~3) + 17, length);
            await wire.ReadExactlyAsync(new byte[length]).AsTask().WaitAsync(GateHost.Long);
        }
    }

    [Fact]
    public async Task The_worker_is_told_when_the_client_goes()
    {
        await using GateHost host = await GateHost.StartAsync();
        GateClient client = await host.ConnectAsync();
        await client.EchoAsync(StunMessages.Binding());
        TransportAddress stream = (await host.Workers[0].NextAsync()).Stream;
        client.Dispose();
        (StreamMessageKind kind, TransportAddress ended, _) = await host.Workers[0].NextAsync();
        Assert.Equal((StreamMessageKind.Closed, stream), (kind, ended));
        Assert.Equal(0, host.Workers[0].Table.OpenCount);
    }

    [Theory]
    [InlineData("too long")]
    [InlineData("no message")]
    public async Task A_message_that_is_none_closes(string what)
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = await host.ConnectAsync();
        await client.EchoAsync(StunMessages.Binding());
        await client.SendAsync(what.Equals("too long", StringComparison.Ordinal)
            ? [0x40, 1, 0x10, 0] : "GET / HTTP/1.1"u8.ToArray());
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Malformed);
    }

    [Fact]
    public async Task A_worker_without_a_free_slot_closes()
    {
        await using GateHost host = await GateHost.StartAsync(tableOptions: new StreamTableOptions { StreamsMax = 1 });
        using GateClient first = await host.ConnectAsync();
        await first.EchoAsync(StunMessages.Binding());
        using GateClient second = await host.ConnectAsync(StunMessages.Binding());
        Assert.True(await second.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.TooMany);
        await first.EchoAsync(StunMessages.Binding());
    }

    [Fact]
    public async Task Streams_end_when_the_server_stops()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient clear = await host.ConnectAsync();
        using GateClient tls = await host.ConnectTlsAsync();
        await clear.EchoAsync(StunMessages.Binding());
        await tls.EchoAsync(StunMessages.Binding());
        await host.StopAsync().WaitAsync(GateHost.Long);
        Assert.True(await clear.IsClosedAsync());
        Assert.True(await tls.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Lost, 2);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_bind_that_gets_no_answer_is_not_waited_for_for_ever(bool isGone)
    {
        await using GateHost host = await GateHost.StartAsync(new StreamGateOptions { StallTimeout = TimeSpan.FromSeconds(1) });
        using GateClient client = await host.ConnectAsync();
        // What the worker here sends back is no answer, as where there are no TCP allocations.
        await client.EchoAsync(StunMessages.ConnectionBind(7));
        if (isGone)
        {
            client.Socket.Close(0);
        }
        else
        {
            Assert.True(await client.IsClosedAsync());
        }

        await host.EndsAsync(StreamOutcome.Lost);
        while ((await host.Workers[0].NextAsync()).Kind != StreamMessageKind.Closed)
        {
        }

        Assert.Equal((0, 0), (host.Gate.OpenCount, host.Workers[0].Table.OpenCount));
    }

    [Fact]
    public async Task A_bound_stream_whose_peer_takes_nothing_is_idle_all_the_same()
    {
        await using GateHost host = await GateHost.StartAsync(
            new StreamGateOptions { TurnIdleTimeout = TimeSpan.FromSeconds(2) });
        using GateClient client = await host.ConnectAsync();
        await client.EchoAsync(StunMessages.ConnectionBind(7));
        TransportAddress stream = (await host.Workers[0].NextAsync()).Stream;
        using var sockets = new PeerSockets(IPAddress.Loopback, host.Workers[0].Table, 0, 0, () => { });
        (Socket near, Socket peer) = await PeerSocketPair.CreateAsync();
        var link = new PeerLink(sockets, new ByteRate(0, default), (IPEndPoint)near.RemoteEndPoint!, near);
        byte[] success = [1, 0x0B, .. StunMessages.ConnectionBind(7)[2..]];
        Assert.True(await host.Workers[0].DoAsync(table => table.TryBind(stream, link) && table.TrySend(stream, success)));
        Assert.Equal(success, await client.ReadAsync(success.Length));
        // Neither the client nor the peer gives a sign any more: both directions wait for the peer.
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            byte[] much = new byte[1 << 20];
            while (true)
            {
                await client.SendAsync(much);
            }
        });
        await host.EndsAsync(StreamOutcome.Idle);
        Assert.True(link.IsClosed);
        peer.Dispose();
    }

    private static TransportAddress Take(StreamTable table)
    {
        Assert.True(table.TryReceive(out StreamMessage message));
        return message.Stream;
    }

    private static string IceUsername(int worker)
    {
        byte[] ufrag = new byte[IceUfrag.Bytes];
        IceUfrag.Write(7, new SystemRandomSource(), ufrag, worker);
        return Encoding.ASCII.GetString(ufrag) + ":abcd";
    }

    private sealed record Both(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    private sealed class WatchedStream(Action onWrite) : MemoryStream
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            onWrite();
            return ValueTask.CompletedTask;
        }
    }
}

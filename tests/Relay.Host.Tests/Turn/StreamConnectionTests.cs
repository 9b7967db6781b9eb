using System.Net;
using Relay.Core.Primitives;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

/// <summary>Clients that do nothing, half of it, or too much: bounded memory, and their neighbours do not notice.</summary>
[Collection(nameof(AloneInTheProcess))]
public sealed class StreamConnectionTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    /// <summary>Nothing is too late, however busy the machine: a test shortens the one time that it is about.</summary>
    private static readonly StreamGateOptions Patient = new()
    {
        FirstBytesTimeout = TimeSpan.FromHours(1),
        HandshakeTimeout = TimeSpan.FromHours(1),
        UseTimeout = TimeSpan.FromHours(1),
        TurnIdleTimeout = TimeSpan.FromHours(1),
        StallTimeout = TimeSpan.FromHours(1),
    };

    [Theory]
    [InlineData("")]
    [InlineData("P")]
    [InlineData("\u0000\u0003\u0000")]
    public async Task A_client_that_says_nothing_is_closed(string start)
    {
        await using GateHost host = await GateHost.StartAsync(Patient with { FirstBytesTimeout = Soon });
        using GateClient client = await host.ConnectAsync([.. start.Select(c => (byte)c)]);
        using GateClient tls = await host.ConnectTlsAsync();
        Assert.True(await client.IsClosedAsync());
        Assert.True(await tls.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.SaidNothing, 2);
        Assert.Equal(0, host.Gate.OpenCount);
    }

    [Fact]
    public async Task Half_open_handshakes_are_few_and_short()
    {
        byte[] start = [0x16, 3, 1, 2, 0, 1, 0, 1];
        await using GateHost host = await GateHost.StartAsync(
            Patient with { HandshakesMax = 2, HandshakeTimeout = TimeSpan.FromSeconds(4) });
        using GateClient neighbour = await host.ConnectAsync();
        await neighbour.EchoAsync(StunMessages.Binding());
        var halves = new List<GateClient>();
        for (int i = 0; i < 10; i++)
        {
            halves.Add(await host.ConnectAsync(start));
        }

        // Two wait for their time to be over, the others are sent away at once.
        await host.EndsAsync(StreamOutcome.HandshakesBusy, 8);
        await neighbour.EchoAsync(StunMessages.Binding());
        foreach (GateClient half in halves)
        {
            Assert.True(await half.IsClosedAsync());
            half.Dispose();
        }

        await host.EndsAsync(StreamOutcome.HandshakeFailed, 2);
        Assert.Equal(8, host.Gate.Counters[StreamOutcome.HandshakesBusy]);
        using GateClient tls = await host.ConnectTlsAsync();
        await tls.EchoAsync(StunMessages.Binding());
        await neighbour.EchoAsync(StunMessages.Binding());
    }

    [Fact]
    public async Task A_handshake_that_is_none_fails()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient client = await host.ConnectAsync([0x16, 0x16, 0x16, 0x16, 0x16, 0x16, 0x16, 0x16]);
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.HandshakeFailed);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_stream_that_gets_nothing_allowed_is_closed_and_one_with_an_allocation_is_not(bool isTls)
    {
        await using GateHost host = await GateHost.StartAsync(Patient with { UseTimeout = 2 * Soon });
        using GateClient used = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
        await used.SendAsync(StunMessages.Allocate());
        await used.ReadAsync(StunMessages.Allocate().Length);
        using GateClient unused = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
        // It stops in the middle of a message.
        byte[] message = StunMessages.Binding();
        await unused.SendAsync([.. message, .. message[..15]]);
        Assert.Equal(message, await unused.ReadAsync(message.Length));
        Assert.True(await unused.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Unused);
        await used.EchoAsync(StunMessages.Binding());
        Assert.Equal(0, host.Gate.Counters[StreamOutcome.Idle]);
    }

    [Fact]
    public async Task A_stream_without_messages_is_closed()
    {
        await using GateHost host = await GateHost.StartAsync(
            Patient with { TurnIdleTimeout = 2 * Soon });
        using GateClient client = await host.ConnectAsync(StunMessages.Allocate());
        await client.ReadAsync(StunMessages.Allocate().Length);
        Assert.True(await client.IsClosedAsync());
        await host.EndsAsync(StreamOutcome.Idle);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_slow_reader_loses_packets_and_then_its_connection(bool isTls)
    {
        const int Lost = 100_000;
        await using GateHost host = await GateHost.StartAsync(Patient with { StallTimeout = 2 * Soon });
        using GateClient slow = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
        using GateClient neighbour = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
        await neighbour.EchoAsync(StunMessages.Binding());
        StreamTable table = host.Workers[0].Table;
        await host.Workers[0].NextAsync();
        TransportAddress stream = await StopReadingAsync(host, slow);
        long before = GC.GetTotalMemory(forceFullCollection: true);
        while (table.MessagesLost < Lost)
        {
            await FloodAsync(host, stream);
        }

        long grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        output.WriteLine(
            $"slow reader, {(isTls ? "TLS" : "TCP")}: {table.MessagesSent} packets taken, {table.MessagesLost} lost, "
            + $"{grown / 1024} KB more memory");
        // An outbox, what lies in pipes, and what else the process does; of 120 MB.
        Assert.InRange(grown, long.MinValue, 4_000_000);
        for (int i = 0; i < 100; i++)
        {
            await neighbour.EchoAsync(StunMessages.Binding());
        }

        while (host.Gate.Counters[StreamOutcome.Stalled] == 0)
        {
            await FloodAsync(host, stream);
        }

        await neighbour.EchoAsync(StunMessages.Binding());
        Assert.Equal(1, host.Gate.OpenCount);
    }

    [Fact]
    public async Task Slow_readers_of_every_outbox_do_not_stop_the_others_for_long()
    {
        await using GateHost host = await GateHost.StartAsync(
            Patient with { StallTimeout = 2 * Soon }, new StreamTableOptions { OutboxesMax = 2 });
        using GateClient neighbour = await host.ConnectAsync();
        await neighbour.EchoAsync(StunMessages.Binding());
        EchoWorker worker = host.Workers[0];
        await worker.NextAsync();
        var slow = new List<GateClient>();
        var streams = new List<TransportAddress>();
        for (int i = 0; i < 2; i++)
        {
            slow.Add(await host.ConnectAsync());
            streams.Add(await StopReadingAsync(host, slow[i]));
        }

        while (host.Gate.Counters[StreamOutcome.Stalled] < 2)
        {
            await FloodAsync(host, streams[0]);
            await FloodAsync(host, streams[1]);
        }

        await neighbour.EchoAsync(StunMessages.Binding());
        slow.ForEach(client => client.Dispose());
    }

    /// <summary>Beginnings that are right, cut or spoilt somewhere, each end of the connection going when it likes.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Garbage_at_any_point_ends_the_connection_and_nothing_else(bool isTls)
    {
        const int Connections = 400;
        var random = new Random(7);
        byte[][] beginnings =
        [
            StunMessages.Allocate("1800000000:0-abc"),
            StunMessages.Framed(StunMessages.Binding("AAAAAaaaaaaa:abcd")),
            [0x40, 1, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0],
            ProxyHeaders.Line(IPEndPoint.Parse("192.0.2.7:1")),
            ProxyHeaders.Binary(IPEndPoint.Parse("192.0.2.7:1")),
            [0x16, 3, 1, 0, 50, 1, 0, 0, 46, 3, 3],
            "GET / HTTP/1.1\r\nHost: a\r\n\r\n"u8.ToArray(),
        ];
        // On a busy machine, connections that have ended may still be counted: none is refused for that.
        StreamGateOptions options = Patient with { PerSourceMax = 2 * Connections };
        await using GateHost host = await GateHost.StartAsync(options);
        using GateClient neighbour = await host.ConnectAsync();
        await neighbour.EchoAsync(StunMessages.Binding());
        for (int i = 0; i < Connections; i++)
        {
            byte[] tail = new byte[random.Next(60)];
            random.NextBytes(tail);
            byte[][] two = random.GetItems(beginnings, 2);
            byte[] bytes = [.. two[0], .. two[1], .. tail];
            bytes[random.Next(bytes.Length)] ^= (byte)(random.Next(4) == 0 ? 1 << random.Next(8) : 0);
            using GateClient client = isTls ? await host.ConnectTlsAsync() : await host.ConnectAsync();
            try
            {
                int cut = random.Next(bytes.Length);
                await client.SendAsync(bytes[..cut]);
                await client.SendAsync(bytes[cut..random.Next(cut, bytes.Length)]);
            }
            catch (IOException)
            {
                // Sent away before it had said everything.
            }
        }

        // The last ones may be gone before the gate has seen them.
        for (int i = 0; host.LeftCount < Connections && i < 6000; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(Connections, host.LeftCount);
        await neighbour.EchoAsync(StunMessages.Binding());
        Assert.Equal(1, host.Gate.OpenCount);
        Assert.Empty(host.Log.Said);
        for (int i = 0; host.Workers[0].Table.OpenCount > 1 && i < 6000; i++)
        {
            await Task.Delay(10);
        }

        Assert.Equal(1, host.Workers[0].Table.OpenCount);
    }

    /// <summary>The client's stream, from which it reads no more.</summary>
    private static async Task<TransportAddress> StopReadingAsync(GateHost host, GateClient client)
    {
        client.Socket.ReceiveBufferSize = 16_384;
        await client.EchoAsync(StunMessages.Binding());
        return (await host.Workers[0].NextAsync()).Stream;
    }

    /// <summary>More than an outbox holds; the stream's writer has time to pass it on between two such floods.</summary>
    private static Task<int> FloodAsync(GateHost host, TransportAddress stream) => host.Workers[0].DoAsync(table =>
    {
        byte[] packet = new byte[1200];
        return Enumerable.Range(0, 1000).Count(_ => table.TrySend(stream, packet));
    });
}

using System.Net.WebSockets;
using Relay.Host.Api;
using Relay.Host.Telemetry;
using Xunit;

namespace Relay.Host.Tests.Api;

public class RelaySocketTests
{
    [Fact]
    public async Task A_reader_that_is_too_slow_is_closed_and_may_come_back()
    {
        using var stuck = new StuckWebSocket();
        var counters = new ApiCounters();
        using var socket = new RelaySocket(stuck, 8, new HostClock(TimeProvider.System), counters);
        Task<SocketEnd> running = socket.RunAsync(_ => ValueTask.CompletedTask);
        socket.Send(ServerMessages.Ping);
        await stuck.Sending.Task;
        for (int i = 0; i < 8; i++)
        {
            socket.Send(ServerMessages.Ping);
            Assert.Null(socket.Closing);
        }

        socket.Send(ServerMessages.Ping);

        Assert.Same(SocketClose.TooSlow, socket.Closing);
        Assert.Equal(SocketEnd.Lost, await running);
        Assert.Contains("relay_sockets_closed_total{code=\"4008\"} 1", Metrics(counters), StringComparison.Ordinal);
    }

    [Fact]
    public void A_silent_socket_is_pinged_and_then_given_up()
    {
        var time = new ManualTime();
        var clock = new HostClock(time);
        using var stuck = new StuckWebSocket();
        using var socket = new RelaySocket(stuck, 8, clock, new ApiCounters());
        var ping = TimeSpan.FromSeconds(15);
        time.Advance(TimeSpan.FromSeconds(30));
        socket.Tick(ping, ping, clock.Now);
        Assert.Null(socket.Closing);
        time.Advance(TimeSpan.FromSeconds(1));
        socket.Tick(ping, ping, clock.Now);
        Assert.Same(SocketClose.Silent, socket.Closing);
    }

    [Fact]
    public void The_first_reason_to_close_counts()
    {
        using var stuck = new StuckWebSocket();
        var counters = new ApiCounters();
        using var socket = new RelaySocket(stuck, 8, new HostClock(TimeProvider.System), counters);
        socket.Close(SocketClose.TakenOver);
        socket.Close(SocketClose.Normal);
        socket.Send(ServerMessages.Ping);
        Assert.Same(SocketClose.TakenOver, socket.Closing);
        Assert.DoesNotContain("code=\"1000\"", Metrics(counters), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_long_message_arrives_whole_and_leaves_no_large_buffer_behind()
    {
        byte[] message = new byte[RelaySocket.MaxMessageBytes];
        new Random(1).NextBytes(message);
        using var webSocket = new StuckWebSocket { Incoming = message };
        using var socket = new RelaySocket(webSocket, 8, new HostClock(TimeProvider.System), new ApiCounters());
        var received = new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<SocketEnd> running = socket.RunAsync(text =>
        {
            received.SetResult(text.ToArray());
            return ValueTask.CompletedTask;
        });

        Assert.Equal(message, await received.Task);
        Assert.InRange(await webSocket.Waiting.Task, 1, 1024);
        socket.Close(SocketClose.Normal);
        Assert.Equal(SocketEnd.Left, await running);
    }

    private static string Metrics(ApiCounters counters)
    {
        var writer = new PrometheusWriter();
        counters.WriteTo(writer);
        return writer.ToString();
    }

    /// <summary>A client that does not read, so that its first message stays on the way, and writes one message at most.</summary>
    private sealed class StuckWebSocket : WebSocket
    {
        private int _taken;

        /// <summary>What the client has written, in one message.</summary>
        public byte[] Incoming { get; init; } = [];

        /// <summary>The size of the buffer in which it then waits.</summary>
        public TaskCompletionSource<int> Waiting { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Sending { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override void Abort()
        {
        }

        public override Task CloseAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public override Task CloseOutputAsync(
            WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
            Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

        public override void Dispose()
        {
        }

        public override async Task<WebSocketReceiveResult> ReceiveAsync(
            ArraySegment<byte> buffer, CancellationToken cancellationToken)
        {
            if (_taken < Incoming.Length)
            {
                int count = Math.Min(buffer.Count, Incoming.Length - _taken);
                Incoming.AsSpan(_taken, count).CopyTo(buffer);
                _taken += count;
                return new WebSocketReceiveResult(count, WebSocketMessageType.Text, _taken == Incoming.Length);
            }

            Waiting.TrySetResult(buffer.Count);
            await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
            throw new InvalidOperationException();
        }

        public override Task SendAsync(
            ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
        {
            Sending.TrySetResult();
            return Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        }
    }
}

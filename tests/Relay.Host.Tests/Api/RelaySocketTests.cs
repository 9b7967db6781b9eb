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

    private static string Metrics(ApiCounters counters)
    {
        var writer = new PrometheusWriter();
        counters.WriteTo(writer);
        return writer.ToString();
    }

    /// <summary>A client that neither reads nor writes: its first message stays on the way.</summary>
    private sealed class StuckWebSocket : WebSocket
    {
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

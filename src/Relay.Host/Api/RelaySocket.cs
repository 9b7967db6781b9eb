using System.Net.WebSockets;
using System.Threading.Channels;
using Relay.Core.Primitives;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>How a socket ended.</summary>
internal enum SocketEnd
{
    /// <summary>On purpose: the session ends too.</summary>
    Left,

    /// <summary>Broken off: the session may be resumed.</summary>
    Lost,
}

/// <summary>
/// One WebSocket: a bounded queue of messages out and a loop that reads whole text messages in. Sending never waits: a
/// client that reads too slowly is closed.
/// </summary>
internal sealed class RelaySocket : IDisposable
{
    /// <summary>Largest message a client may send, bytes.</summary>
    public const int MaxMessageBytes = 16 * 1024;

    // Holds pongs and commands; there is one for each client, most of the time empty. Longer messages make it grow for a while.
    private const int BufferInitialBytes = 128;

    /// <summary>For the close frame to go out, and for the client's to come back.</summary>
    private static readonly TimeSpan CloseWait = TimeSpan.FromSeconds(2);

    private readonly WebSocket _webSocket;
    private readonly HostClock _clock;
    private readonly ApiCounters _counters;
    private readonly Channel<byte[]> _outgoing;
    private readonly CancellationTokenSource _sending = new();
    private readonly CancellationTokenSource _receiving = new();
    private SocketClose? _close;
    private long _heardAt;
    private long _pingedAt;

    public RelaySocket(WebSocket webSocket, int queueMessages, HostClock clock, ApiCounters counters)
    {
        _webSocket = webSocket;
        _clock = clock;
        _counters = counters;
        _outgoing = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(queueMessages) { SingleReader = true });
        _heardAt = _pingedAt = clock.Now.Ticks;
    }

    /// <summary>Why the relay closes the socket; null while it does not.</summary>
    public SocketClose? Closing => Volatile.Read(ref _close);

    /// <summary>Queues a message. Safe from any thread; never waits.</summary>
    public void Send(byte[] message)
    {
        if (!_outgoing.Writer.TryWrite(message) && Closing is null)
        {
            Close(SocketClose.TooSlow);
        }
    }

    /// <summary>Closes after what is queued is sent. The first reason counts. Safe from any thread; never waits.</summary>
    public void Close(SocketClose close)
    {
        if (Interlocked.CompareExchange(ref _close, close, null) is null)
        {
            _counters.SocketClosed(close.Status);
            _outgoing.Writer.TryComplete();
            CancelAfter(_sending, CloseWait);
        }
    }

    /// <summary>Pings when it is time, and gives up on a client that has been silent for too long after a ping.</summary>
    public void Tick(TimeSpan pingEvery, TimeSpan pongTimeout, Instant now)
    {
        var heard = new Instant(Volatile.Read(ref _heardAt));
        var pinged = new Instant(Volatile.Read(ref _pingedAt));
        if (now - heard > pingEvery + pongTimeout)
        {
            Close(SocketClose.Silent);
        }
        else if (now - pinged >= pingEvery)
        {
            Volatile.Write(ref _pingedAt, now.Ticks);
            Send(ServerMessages.Ping);
        }
    }

    /// <summary>Reads and writes until the socket ends; tells how.</summary>
    /// <param name="receive">Takes each whole text message; the memory is only valid until it returns.</param>
    public async Task<SocketEnd> RunAsync(Func<ReadOnlyMemory<byte>, ValueTask> receive)
    {
        Task writing = WriteAsync();
        SocketEnd end = await ReadAsync(receive);

        // From here on nothing counts as the relay's own close any more; the client's is answered with 1000.
        SocketClose? ours = Interlocked.CompareExchange(ref _close, SocketClose.Normal, null);
        _outgoing.Writer.TryComplete();
        CancelAfter(_sending, _webSocket.State == WebSocketState.CloseReceived ? CloseWait : TimeSpan.Zero);
        await writing;
        return ours is null ? end : ours.EndsSession ? SocketEnd.Left : SocketEnd.Lost;
    }

    public void Dispose()
    {
        _webSocket.Dispose();
        _sending.Dispose();
        _receiving.Dispose();
    }

    private async Task<SocketEnd> ReadAsync(Func<ReadOnlyMemory<byte>, ValueTask> receive)
    {
        byte[] buffer = new byte[BufferInitialBytes];
        int length = 0;
        try
        {
            while (true)
            {
                if (length == 0 && buffer.Length > BufferInitialBytes)
                {
                    buffer = new byte[BufferInitialBytes];
                }
                else if (length == buffer.Length)
                {
                    Array.Resize(ref buffer, Math.Min(2 * length, MaxMessageBytes + 1));
                }

                ValueWebSocketReceiveResult result = await _webSocket.ReceiveAsync(buffer.AsMemory(length), _receiving.Token);
                Volatile.Write(ref _heardAt, _clock.Now.Ticks);
                if (result.MessageType == WebSocketMessageType.Close)
                {
                    return EndOf(_webSocket.CloseStatus);
                }

                if (Closing is not null)
                {
                    // Only the client's close frame is still of interest.
                    length = 0;
                    continue;
                }

                length += result.Count;
                if (result.MessageType == WebSocketMessageType.Binary)
                {
                    Reject(SocketErrors.BadMessage, "Messages are text.", SocketClose.NotText);
                    length = 0;
                }
                else if (length > MaxMessageBytes)
                {
                    Reject(SocketErrors.TooLarge, "A message has at most 16384 bytes.", SocketClose.TooLarge);
                    length = 0;
                }
                else if (result.EndOfMessage)
                {
                    _counters.MessageReceived();
                    await receive(buffer.AsMemory(0, length));
                    length = 0;
                }
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or ObjectDisposedException)
        {
            return SocketEnd.Lost;
        }
    }

    /// <summary>A browser's close() without a code counts as leaving too; any other code asks to be kept.</summary>
    private static SocketEnd EndOf(WebSocketCloseStatus? status) =>
        (int?)status is null or 1000 or 1001 or 1005 ? SocketEnd.Left : SocketEnd.Lost;

    private void Reject(string code, string detail, SocketClose close)
    {
        _counters.MessageRejected(code);
        Send(ServerMessages.Error(code, detail, null));
        Close(close);
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_sending.Token))
            {
                while (_outgoing.Reader.TryRead(out byte[]? message))
                {
                    if (ReferenceEquals(Closing, SocketClose.TooSlow))
                    {
                        continue;
                    }

                    await _webSocket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _sending.Token);
                    _counters.MessageSent();
                }
            }

            SocketClose close = Closing ?? SocketClose.Normal;
            if (_webSocket.State is WebSocketState.Open or WebSocketState.CloseReceived)
            {
                CancelAfter(_sending, CloseWait);
                await _webSocket.CloseOutputAsync((WebSocketCloseStatus)close.Status, close.Reason, _sending.Token);
            }

            CancelAfter(_receiving, CloseWait);
        }
        catch (Exception e) when (
            e is WebSocketException or OperationCanceledException or ObjectDisposedException or InvalidOperationException)
        {
            // The client is gone or does not read: nothing more can be said to it.
            CancelAfter(_receiving, TimeSpan.Zero);
        }
    }

    private static void CancelAfter(CancellationTokenSource source, TimeSpan after)
    {
        try
        {
            source.CancelAfter(after);
        }
        catch (ObjectDisposedException)
        {
            // Ended meanwhile.
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Relay.Testing.Peers;

namespace Relay.Testing.Api;

/// <summary>
/// A session's WebSocket. A background loop reads all the time, answers pings (unless told not to) and queues the rest, so no
/// message is missed between two calls.
/// </summary>
public sealed class SessionSocket : IAsyncDisposable
{
    private const int FrameMaxBytes = 64 * 1024;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private readonly ClientWebSocket _socket;
    private readonly Channel<SocketMessage> _incoming = Channel.CreateUnbounded<SocketMessage>();
    private readonly SemaphoreSlim _sending = new(1);
    private readonly List<byte[]> _rawFrames = [];
    private readonly Task _reading;

    private SessionSocket(ClientWebSocket socket)
    {
        _socket = socket;
        _reading = ReadAllAsync();
    }

    /// <summary>How long the waiting methods wait unless told otherwise.</summary>
    public static TimeSpan DefaultTimeout { get; } = TimeSpan.FromSeconds(20);

    /// <summary>False makes the client look dead to the relay's pings.</summary>
    public bool AnswersPings { get; set; } = true;

    /// <summary>The relay's close code; null while open, or if the connection was lost.</summary>
    public int? CloseCode { get; private set; }

    /// <summary>Ends when the relay or this side has closed the socket, or it was lost.</summary>
    public Task Closed => _reading;

    /// <summary>Every frame received so far, pings included, as it came.</summary>
    public IReadOnlyList<byte[]> RawFrames
    {
        get
        {
            lock (_rawFrames)
            {
                return [.. _rawFrames];
            }
        }
    }

    /// <summary><see cref="RawFrames"/> for a search by <see cref="PrivateTrace.FindIn"/>.</summary>
    public IReadOnlyList<Captured> Captured => [.. RawFrames.Select(f => new Captured(CapturedKind.Socket, f))];

    /// <summary>Opens a socket.</summary>
    /// <param name="address">With the token.</param>
    /// <param name="invoker">Connects; null for the default.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="WebSocketException">The relay refused; the message has the HTTP status.</exception>
    public static async Task<SessionSocket> OpenAsync(Uri address, HttpMessageInvoker? invoker = null, CancellationToken cancellation = default)
    {
        var socket = new ClientWebSocket();
        try
        {
            await socket.ConnectAsync(address, invoker, cancellation);
            return new SessionSocket(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends {"t":type,"id":id,"d":data}, without the members that are null.</summary>
    public Task SendAsync(string type, object? data = null, int? id = null)
    {
        var message = new Dictionary<string, object>(StringComparer.Ordinal) { ["t"] = type };
        if (id is not null)
        {
            message["id"] = id;
        }

        if (data is not null)
        {
            message["d"] = data;
        }

        return SendBytesAsync(JsonSerializer.SerializeToUtf8Bytes(message, Json));
    }

    /// <summary>Sends one frame with any bytes.</summary>
    public async Task SendBytesAsync(byte[] frame, WebSocketMessageType type = WebSocketMessageType.Text)
    {
        await _sending.WaitAsync();
        try
        {
            await _socket.SendAsync(frame, type, endOfMessage: true, CancellationToken.None);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>The next message, whatever it is (pings aside).</summary>
    /// <exception cref="TimeoutException">Nothing came.</exception>
    /// <exception cref="SessionSocketClosedException">The socket ended first.</exception>
    public async Task<SocketMessage> NextAsync(TimeSpan? timeout = null)
    {
        using var limit = new CancellationTokenSource(timeout ?? DefaultTimeout);
        try
        {
            return await _incoming.Reader.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException("No message came.", e);
        }
        catch (ChannelClosedException e)
        {
            string code = CloseCode?.ToString(CultureInfo.InvariantCulture) ?? "lost";
            throw new SessionSocketClosedException($"The socket is closed ({code}).", e);
        }
    }

    /// <summary>The next message, which must be of this type.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public async Task<SocketMessage> ExpectAsync(string type, TimeSpan? timeout = null)
    {
        SocketMessage message = await NextAsync(timeout);
        return message.Type.Equals(type, StringComparison.Ordinal)
            ? message
            : throw new InvalidOperationException($"Expected {type}, got {message}.");
    }

    /// <summary>Skips messages up to the next one of this type that fits.</summary>
    public async Task<SocketMessage> WaitForAsync(string type, Func<SocketMessage, bool>? fits = null, TimeSpan? timeout = null)
    {
        DateTime deadline = DateTime.UtcNow + (timeout ?? DefaultTimeout);
        var skipped = new List<SocketMessage>();
        while (true)
        {
            TimeSpan left = deadline - DateTime.UtcNow;
            SocketMessage message;
            try
            {
                message = await NextAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            }
            catch (Exception e) when (e is TimeoutException or SessionSocketClosedException)
            {
                throw new TimeoutException($"Waited for {type}: {e.Message} Skipped: {string.Join(" ", skipped)}", e);
            }

            if (message.Type.Equals(type, StringComparison.Ordinal) && (fits is null || fits(message)))
            {
                return message;
            }

            skipped.Add(message);
        }
    }

    /// <summary>A message that has already come; false if none has.</summary>
    public bool TryNext([NotNullWhen(true)] out SocketMessage? message) => _incoming.Reader.TryRead(out message);

    /// <summary>Closes with a close frame, as a page that is left: the session ends.</summary>
    public async Task CloseAsync()
    {
        using var limit = new CancellationTokenSource(DefaultTimeout);
        await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, limit.Token);
        await _reading.WaitAsync(limit.Token);
    }

    /// <summary>Drops the connection without a close frame, as a lost network: the session can be resumed.</summary>
    public void Abort() => _socket.Abort();

    public async ValueTask DisposeAsync()
    {
        _socket.Abort();
        await _reading;
        _socket.Dispose();
        _sending.Dispose();
    }

    private async Task ReadAllAsync()
    {
        byte[] buffer = new byte[FrameMaxBytes];
        try
        {
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    result = await _socket.ReceiveAsync(buffer.AsMemory(length), CancellationToken.None);
                    length += result.Count;
                }
                while (!result.EndOfMessage);

                if (result.MessageType == WebSocketMessageType.Close)
                {
                    CloseCode = (int?)_socket.CloseStatus;
                    await AnswerCloseAsync();
                    return;
                }

                await TakeAsync(buffer[..length]);
            }
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException
            || (e is InvalidOperationException && _socket.State != WebSocketState.Open))
        {
            // Lost, aborted or disposed of; the reader of the queue is told by its end.
        }
        finally
        {
            _incoming.Writer.TryComplete();
        }
    }

    private async Task TakeAsync(byte[] frame)
    {
        lock (_rawFrames)
        {
            _rawFrames.Add(frame);
        }

        SocketMessage message = SocketMessage.Parse(frame);
        if (!message.Type.Equals("ping", StringComparison.Ordinal))
        {
            _incoming.Writer.TryWrite(message);
        }
        else if (AnswersPings)
        {
            await SendAsync("pong");
        }
    }

    private async Task AnswerCloseAsync()
    {
        if (_socket.State == WebSocketState.CloseReceived)
        {
            await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, CancellationToken.None);
        }
    }
}

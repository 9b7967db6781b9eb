using System.Threading.Channels;
using Relay.Host.Configuration;
using Relay.Host.Telemetry;

namespace Relay.Host.Api;

/// <summary>
/// What one socket may say: holds it to its rate, reads its messages and hands the good ones to the pairing loop. A message
/// that is dropped or malformed is answered with an error; who goes on with that is closed.
/// </summary>
internal sealed class SocketDialog(
    ClientSession session,
    RelaySocket socket,
    PairingLoop loop,
    SessionControl control,
    RelayOptions options,
    HostClock clock,
    ApiCounters counters)
{
    private readonly ClientSession _session = session;
    private readonly RelaySocket _socket = socket;
    private readonly PairingLoop _loop = loop;
    private readonly SessionControl _control = control;
    private readonly LimitsOptions _limits = options.Limits;
    private readonly HostClock _clock = clock;
    private readonly ApiCounters _counters = counters;
    private readonly ClientMessageReader _reader = new(options.Limits.ChatMaxChars);
    private readonly BucketRate _rate = new(options.Limits.MessagesPerSecond, options.Limits.MessageBurst);
    private TokenBucket _bucket;
    private int _droppedInARow;
    private int _badInARow;

    /// <summary>From the first message (welcome) to the end of the socket.</summary>
    public async Task RunAsync()
    {
        try
        {
            await _loop.PostAsync(() => _control.SocketOpened(_session, _socket));
            SocketEnd end = await _socket.RunAsync(ReceiveAsync);
            await _loop.PostAsync(() => _control.SocketClosed(_session, _socket, end));
        }
        catch (ChannelClosedException)
        {
            // The relay has stopped; there is nobody left to tell.
        }
    }

    private async ValueTask ReceiveAsync(ReadOnlyMemory<byte> utf8)
    {
        if (!_bucket.TryTake(_rate, _clock.Now, out _))
        {
            Drop();
            return;
        }

        _droppedInARow = 0;
        ClientMessage message = _reader.Read(utf8.Span);
        if (message.ErrorCode is not null)
        {
            Refuse(message, message.ErrorCode);
            return;
        }

        _badInARow = 0;
        await _loop.PostAsync(() => _control.Message(_session, _socket, message));
    }

    private void Drop()
    {
        _counters.RateLimited("message");
        if (++_droppedInARow >= _limits.FloodMessages)
        {
            _socket.Close(SocketClose.Flood);
        }
        else
        {
            _socket.Send(ServerMessages.RateLimited);
        }
    }

    private void Refuse(in ClientMessage message, string code)
    {
        _counters.MessageRejected(code);
        _socket.Send(ServerMessages.Error(code, message.ErrorDetail ?? string.Empty, message.Id));
        bool malformed = code is SocketErrors.BadMessage or SocketErrors.UnknownType;
        _badInARow = malformed ? _badInARow + 1 : 0;
        if (_badInARow >= _limits.BadMessagesInARow)
        {
            _socket.Close(SocketClose.BadMessages);
        }
    }
}

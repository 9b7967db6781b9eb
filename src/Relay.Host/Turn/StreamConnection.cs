using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Relay.Host.Platform;

namespace Relay.Host.Turn;

/// <summary>
/// One accepted connection: finds out what it is, and has it served. Kestrel owns the connection and closes it when
/// <see cref="RunAsync"/> returns.
/// </summary>
internal sealed class StreamConnection
{
    private readonly StreamGate _gate;
    private readonly ConnectionContext _connection;
    private readonly ConnectionDelegate? _http;
    private readonly StreamWatch _watch;
    private IPAddress? _counted;
    private bool _isHttp;

    /// <param name="gate">What it came through.</param>
    /// <param name="connection">The connection.</param>
    /// <param name="http">Serves HTTP; null if the port does not.</param>
    public StreamConnection(StreamGate gate, ConnectionContext connection, ConnectionDelegate? http)
    {
        _gate = gate;
        _connection = connection;
        _http = http;
        _watch = new StreamWatch(connection.Abort);
        connection.Features.Get<IConnectionHeartbeatFeature>()?.OnHeartbeat(
            static watch => ((StreamWatch)watch).Check(MonotonicClock.Now), _watch);
    }

    public async Task RunAsync()
    {
        StreamOutcome outcome = StreamOutcome.Lost;
        try
        {
            outcome = await OpenAsync();
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            // The peer is gone, or was sent away by the watch.
        }
        finally
        {
            Uncount();
        }

        if (_isHttp)
        {
            return;
        }

        bool isLate = _watch.Expired != StreamOutcome.Done;
        outcome = isLate ? _watch.Expired : outcome;
        _gate.Counters.Add(outcome);
        if (!isLate && outcome is StreamOutcome.Done or StreamOutcome.HandshakeFailed)
        {
            // Kestrel writes what is left, a TLS alert perhaps; a client that does not take it is not waited for.
            _watch.Expect(StreamOutcome.Stalled, _gate.Options.StallTimeout);
        }
        else
        {
            _connection.Abort();
        }
    }

    private async Task<StreamOutcome> OpenAsync()
    {
        if (_connection.RemoteEndPoint is not IPEndPoint peer)
        {
            return StreamOutcome.Unknown;
        }

        _watch.Expect(StreamOutcome.SaidNothing, _gate.Options.FirstBytesTimeout);
        bool isProxy = _gate.IsTrusted(peer.Address);
        if (!isProxy && !TryCount(peer.Address))
        {
            return StreamOutcome.TooMany;
        }

        ProxyHeader header = await ReadProxyHeaderAsync(_connection.Transport.Input, isProxy);
        bool isHeader = header.Status is ProxyHeaderStatus.Complete or ProxyHeaderStatus.Broken;
        if (isProxy ? header.Status != ProxyHeaderStatus.Complete : isHeader)
        {
            return StreamOutcome.BadProxyHeader;
        }

        if (header.Source is { } source)
        {
            _connection.RemoteEndPoint = source;
        }

        if (isProxy && !TryCount((header.Source ?? peer).Address))
        {
            return StreamOutcome.TooMany;
        }

        StreamOpening opening = await LookAsync(_connection.Transport.Input);
        return opening == StreamOpening.Tls ? await SecureAsync() : await ServeAsync(opening);
    }

    private static async ValueTask<ProxyHeader> ReadProxyHeaderAsync(PipeReader input, bool isTaken)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            ProxyHeader header = ReadProxyHeader(result.Buffer);
            if (header.Status != ProxyHeaderStatus.Incomplete || result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.GetPosition(isTaken ? header.Length : 0));
                return header;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static ProxyHeader ReadProxyHeader(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[ProxyHeader.MaxBytes];
        start = start[..(int)Math.Min(buffer.Length, start.Length)];
        buffer.Slice(0, start.Length).CopyTo(start);
        return ProxyHeader.Read(start);
    }

    private static async ValueTask<StreamOpening> LookAsync(PipeReader input)
    {
        while (true)
        {
            ReadResult result = await input.ReadAsync();
            StreamOpening opening = Classify(result.Buffer);
            if (opening != StreamOpening.Undecided || result.IsCompleted)
            {
                input.AdvanceTo(result.Buffer.Start);
                return opening;
            }

            input.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }

    private static StreamOpening Classify(in ReadOnlySequence<byte> buffer)
    {
        Span<byte> start = stackalloc byte[FirstBytes.Enough];
        start = start[..(int)Math.Min(buffer.Length, start.Length)];
        buffer.Slice(0, start.Length).CopyTo(start);
        return FirstBytes.Classify(start);
    }

    private async Task<StreamOutcome> SecureAsync()
    {
        if (_gate.Certificates is not { } certificates || _counted is not { } source)
        {
            return StreamOutcome.Unknown;
        }

        IDuplexPipe clear = _connection.Transport;
        await using var ssl = new SslStream(new DuplexPipeStream(clear), leaveInnerStreamOpen: true);
        if (!_gate.TryBeginHandshake(source))
        {
            return StreamOutcome.HandshakesBusy;
        }

        _watch.Met(StreamOutcome.SaidNothing);
        _watch.Expect(StreamOutcome.HandshakeFailed, _gate.Options.HandshakeTimeout);
        try
        {
            await ssl.AuthenticateAsServerAsync(TlsSession.CreateOptions(certificates.Current, servesHttp: _http is not null));
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            return StreamOutcome.HandshakeFailed;
        }
        finally
        {
            _watch.Met(StreamOutcome.HandshakeFailed);
            _gate.EndHandshake(source);
        }

        _gate.Counters.AddHandshake();
        _watch.Expect(StreamOutcome.SaidNothing, _gate.Options.FirstBytesTimeout);
        var secure = new TlsSession(ssl, _connection);
        try
        {
            return await ServeSecureAsync(ssl.NegotiatedApplicationProtocol);
        }
        finally
        {
            _watch.Expect(StreamOutcome.Stalled, _gate.Options.StallTimeout);
            await secure.CloseAsync();
            _connection.Transport = clear;
        }
    }

    private async Task<StreamOutcome> ServeSecureAsync(SslApplicationProtocol protocol)
    {
        if (protocol == SslApplicationProtocol.Http11)
        {
            return await ServeAsync(StreamOpening.Other);
        }

        StreamOpening opening = await LookAsync(_connection.Transport.Input);
        // A client that asked for TURN does not get HTTP.
        return protocol == TlsSession.Turn && opening == StreamOpening.Other ? StreamOutcome.Unknown : await ServeAsync(opening);
    }

    private async Task<StreamOutcome> ServeAsync(StreamOpening opening)
    {
        _watch.Met(StreamOutcome.SaidNothing);
        if (opening == StreamOpening.Other && _http is not null)
        {
            _isHttp = true;
            Uncount();
            await _http(_connection);
            return StreamOutcome.Done;
        }

        StreamKind kind = opening switch
        {
            StreamOpening.Turn => StreamKind.Turn,
            StreamOpening.Ice => StreamKind.Ice,
            _ => StreamKind.None,
        };
        if (kind == StreamKind.None)
        {
            return opening == StreamOpening.Undecided ? StreamOutcome.SaidNothing : StreamOutcome.Unknown;
        }

        _gate.Counters.AddOpened(kind);
        KeepQueueShort();
        CancellationToken stopping = _connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested
            ?? _connection.ConnectionClosed;
        var session = new StreamSession(
            kind, _connection.Transport, (IPEndPoint)_connection.RemoteEndPoint!, _gate.Destinations, _watch, _gate.Options);
        return await session.RunAsync(stopping);
    }

    /// <summary>
    /// Has the system hold no more unsent bytes than a burst: what it holds is late when it leaves, and then it is better
    /// lost in the outbox.
    /// </summary>
    private void KeepQueueShort()
    {
        const int TcpNotSentLowAt = 25;
        const int UnsentBytes = 65_536;
        if (OperatingSystem.IsLinux() && _connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket)
        {
            try
            {
                socket.SetRawSocketOption((int)SocketOptionLevel.Tcp, TcpNotSentLowAt, BitConverter.GetBytes(UnsentBytes));
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // An old system, or the connection is gone: it only queues more.
            }
        }
    }

    private bool TryCount(IPAddress source)
    {
        if (!_gate.TryAdd(source))
        {
            return false;
        }

        _counted = source;
        return true;
    }

    private void Uncount()
    {
        if (_counted is { } source)
        {
            _gate.Remove(source);
            _counted = null;
        }
    }
}

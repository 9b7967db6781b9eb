using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using Relay.Core.Stun;
using Relay.Core.Turn;

namespace Relay.Host.Check;

/// <summary>STUN over TCP or TLS (RFC 8489 section 6.2.2).</summary>
internal sealed class StreamChannel : IProbeChannel
{
    private const string Refused =
        "refused: nothing listens on this TCP port, or a firewall rejects it. Is the relay running, and is the port in Turn:Listen "
        + "for this address?";

    private static readonly SslApplicationProtocol Turn = new("stun.turn");

    private readonly Socket _socket;
    private readonly Stream _stream;
    private readonly TimeSpan _limit;

    private StreamChannel(Socket socket, Stream stream, TimeSpan limit)
    {
        _socket = socket;
        _stream = stream;
        _limit = limit;
    }

    public IPEndPoint Local => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>Connects.</summary>
    /// <param name="remote">The server.</param>
    /// <param name="tlsName">The name or address that its certificate must be for; null for no TLS.</param>
    /// <param name="limit">The longest wait for each step.</param>
    /// <exception cref="ProbeException">It cannot be reached, or does not prove itself.</exception>
    public static async Task<StreamChannel> OpenAsync(IPEndPoint remote, string? tlsName, TimeSpan limit)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(remote.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var stop = new CancellationTokenSource(limit);
            await socket.ConnectAsync(remote, stop.Token);
            Stream stream = new NetworkStream(socket, ownsSocket: true);
            return new StreamChannel(socket, tlsName is null ? stream : await SecureAsync(stream, tlsName, limit), limit);
        }
        catch (Exception e)
        {
            socket?.Dispose();
            throw e switch
            {
                OperationCanceledException => new ProbeException(
                    "no answer to the connection: a firewall drops TCP to this port, or the address leads to another machine"),
                SocketException socketError => ProbeException.Of(socketError, Refused),
                _ => e,
            };
        }
    }

    public async Task<byte[]> AskAsync(byte[] request)
    {
        using var stop = new CancellationTokenSource(_limit);
        try
        {
            await _stream.WriteAsync(request, stop.Token);
            byte[] buffer = new byte[StunMessageReader.MaxMessageBytes];
            int filled = 0;
            while (true)
            {
                int read = await _stream.ReadAsync(buffer.AsMemory(filled), stop.Token);
                filled += read;
                StreamFrame frame = StreamFraming.NextTurn(buffer.AsSpan(0, filled), buffer.Length);
                if (frame.Status == StreamFrameStatus.Complete && StunConversation.IsAnswer(request, buffer.AsSpan(0, frame.Length)))
                {
                    return buffer[..frame.Length];
                }

                if (frame.Status != StreamFrameStatus.Incomplete)
                {
                    throw new ProbeException("something answers there that does not speak STUN: another program has this port");
                }

                if (read == 0)
                {
                    throw new ProbeException(
                        "the connection is closed instead of an answer: another program has this port, the relay is full, or it "
                        + "waits for a PROXY header from here (Turn:TrustedProxies)");
                }
            }
        }
        catch (OperationCanceledException)
        {
            throw new ProbeException("connected, but no answer to STUN: another program has this port, or a proxy is in between");
        }
        catch (IOException e)
        {
            throw new ProbeException("the connection broke: " + ProbeException.Text(e));
        }
    }

    public void Dispose() => _stream.Dispose();

    private static async Task<Stream> SecureAsync(Stream stream, string name, TimeSpan limit)
    {
        string? complaint = null;
        var ssl = new SslStream(stream);
        try
        {
            using var stop = new CancellationTokenSource(limit);
            await ssl.AuthenticateAsClientAsync(
                new SslClientAuthenticationOptions
                {
                    TargetHost = name,
                    ApplicationProtocols = [Turn],
                    RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
                        (complaint = CertificateVerdict.Complaint(name, certificate, chain, errors, TimeProvider.System.GetUtcNow())) is null,
                },
                stop.Token);
            return ssl;
        }
        catch (OperationCanceledException)
        {
            await ssl.DisposeAsync();
            throw new ProbeException("connected, but no answer to the TLS handshake: another program has this port");
        }
        catch (Exception e) when (e is AuthenticationException or IOException)
        {
            await ssl.DisposeAsync();
            throw new ProbeException(complaint
                ?? "the TLS handshake fails: another program has this port, or the running relay has no certificate ("
                + ProbeException.Text(e) + ")");
        }
    }
}

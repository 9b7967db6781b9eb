using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;

namespace Relay.Host.Turn;

/// <summary>What is inside a TLS connection, as the connection's transport, and what HTTP wants to know of it.</summary>
internal sealed class TlsSession : IDuplexPipe, ITlsConnectionFeature, ITlsApplicationProtocolFeature
{
    /// <summary>ALPN of TURN over TLS (RFC 7443).</summary>
    public static readonly SslApplicationProtocol Turn = new("stun.turn");

    private readonly SslStream _ssl;

    /// <summary>Becomes the connection's transport.</summary>
    /// <param name="ssl">Authenticated; stays the caller's.</param>
    /// <param name="connection">The connection.</param>
    public TlsSession(SslStream ssl, ConnectionContext connection)
    {
        _ssl = ssl;
        System.Buffers.MemoryPool<byte>? pool = connection.Features.Get<IMemoryPoolFeature>()?.MemoryPool;
        // Zero-byte reads: a connection that says nothing has no buffer.
        Input = PipeReader.Create(ssl, new StreamPipeReaderOptions(pool, leaveOpen: true, useZeroByteReads: true));
        Output = PipeWriter.Create(ssl, new StreamPipeWriterOptions(pool, leaveOpen: true));
        connection.Features.Set<ITlsConnectionFeature>(this);
        connection.Features.Set<ITlsApplicationProtocolFeature>(this);
        connection.Transport = this;
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public X509Certificate2? ClientCertificate { get; set; }

    public ReadOnlyMemory<byte> ApplicationProtocol => _ssl.NegotiatedApplicationProtocol.Protocol;

    /// <param name="certificate">The server's certificate and its chain.</param>
    /// <param name="servesHttp">Whether HTTP may be chosen too. HTTP/2 is not offered: WebSockets want HTTP/1.1.</param>
    public static SslServerAuthenticationOptions CreateOptions(SslStreamCertificateContext certificate, bool servesHttp) => new()
    {
        ServerCertificateContext = certificate,
        ApplicationProtocols = servesHttp ? [Turn, SslApplicationProtocol.Http11] : [Turn],
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        AllowRenegotiation = false,
        ClientCertificateRequired = false,
    };

    public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) =>
        Task.FromResult(ClientCertificate);

    /// <summary>Writes what is left, and the closing alert.</summary>
    public async Task CloseAsync()
    {
        try
        {
            await Input.CompleteAsync();
            await Output.CompleteAsync();
            await _ssl.ShutdownAsync();
        }
        catch (Exception e) when (StreamErrors.IsNetwork(e))
        {
            // Nobody is there to be told.
        }
    }
}

using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Relay.Host.Turn;
using Xunit;

namespace Relay.Host.Tests.Turn;

public sealed class TlsSessionTests
{
    [Fact]
    public async Task Http_is_offered_only_where_it_is_served()
    {
        await using GateHost host = await GateHost.StartAsync(servesHttp: false);
        await Assert.ThrowsAsync<AuthenticationException>(() => host.ConnectTlsAsync(null, SslApplicationProtocol.Http11));
        await host.EndsAsync(StreamOutcome.HandshakeFailed);
        using GateClient turn = await host.ConnectTlsAsync(null, SslApplicationProtocol.Http11, TlsSession.Turn);
        Assert.Equal(TlsSession.Turn, ((SslStream)turn.Stream).NegotiatedApplicationProtocol);
    }

    [Fact]
    public async Task New_handshakes_use_a_new_certificate_and_connections_stay()
    {
        await using GateHost host = await GateHost.StartAsync();
        using GateClient before = await host.ConnectTlsAsync();
        await before.EchoAsync(StunMessages.Binding());
        host.WriteCertificate("second.example");
        host.Certificates.Check();
        using GateClient after = await host.ConnectTlsAsync();
        await after.EchoAsync(StunMessages.Binding());
        await before.EchoAsync(StunMessages.Binding());
        Assert.Equal("CN=first.example", NameOf(before));
        Assert.Equal("CN=second.example", NameOf(after));
    }

    [Fact]
    public void Old_versions_and_renegotiation_are_off()
    {
        using X509Certificate2 certificate = CertificateFiles.Create("relay.example", DateTimeOffset.UtcNow.AddDays(1));
        SslServerAuthenticationOptions options = TlsSession.CreateOptions(
            SslStreamCertificateContext.Create(certificate, null, offline: true), servesHttp: true);
        Assert.Equal(SslProtocols.Tls12 | SslProtocols.Tls13, options.EnabledSslProtocols);
        Assert.False(options.AllowRenegotiation);
        Assert.Equal([TlsSession.Turn, SslApplicationProtocol.Http11], options.ApplicationProtocols);
    }

    private static string NameOf(GateClient client) => ((SslStream)client.Stream).RemoteCertificate!.Subject;
}
